// NLTK profile: "whose word_tokenize is this?"
//
// NLTK changed its rules four times while the parameters stayed the same. A fit saved under one profile misses
// terms under another, so the profile is part of an analyzer's description.
#pragma once

#include <cstdint>

#include "text/unicode.hpp"

namespace sprat {

enum class NltkProfile : std::uint8_t {
    A,  // 3.9.1 and 3.9.2
    B,  // 3.9.3 to 3.10.0: dashes U+2012 to U+2015 are tokens
    C,  // 3.10.1: an apostrophe inside a word no longer splits it
    D,  // 3.10.2 to 3.10.4: curly quotes close sentences; character classes of the `regex` engine (3.10.4)
};

[[nodiscard]] constexpr unicode::Engine engine_of(NltkProfile profile) noexcept {
    return profile == NltkProfile::D ? unicode::Engine::Regex : unicode::Engine::Re;
}

}  // namespace sprat

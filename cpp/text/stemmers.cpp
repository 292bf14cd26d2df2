#include "text/stemmers.hpp"

#include <array>

#include "text/snowball_english.hpp"

namespace sprat {
namespace {

constexpr std::array<NamedStemmer, 1> all{{
    {"english", snowball::stem_english},
}};

}  // namespace

std::span<const NamedStemmer> stemmers() noexcept { return all; }

}  // namespace sprat

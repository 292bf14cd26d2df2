// Word runs: "what does the regular expression \\w+ find in this text?", in Python's `re`.
#pragma once

#include <cstddef>
#include <string_view>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace sprat {

// Calls `visit(begin, end)` for the runs in order.
template <class Visit>
void for_each_word_run(std::string_view text, Visit&& visit) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t begin = i;
        while (unicode::word_at(text, i, unicode::Engine::Re)) i += utf8::decode(text, i).length;
        if (i > begin) visit(begin, i);
        if (i < text.size()) i += utf8::decode(text, i).length;
    }
}

}  // namespace sprat

// Pieces: "which parts of this text can be cut into words on their own?", when Unicode's rules do the cutting.
//
// No word of text/unicode_words.hpp or text/lucene.hpp reaches over ASCII white space, and a mark such as a comma at
// the end of a piece, after plain characters, is no part of a word. What is left is a key under which its terms can
// be remembered.
#pragma once

#include <cstddef>
#include <string_view>

#include "text/surfaces.hpp"

namespace sprat {

// Calls `visit(std::string_view)` for the pieces of `text` in order.
template <class Visit>
void for_each_piece(std::string_view text, Visit&& visit) {
    using namespace surfaces;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t begin = i;
        unsigned seen = 0;
        unsigned seen_before_last = 0;
        for (; i < text.size(); ++i) {
            const unsigned c = byte_classes[static_cast<unsigned char>(text[i])];
            if (c == Blank) break;
            seen_before_last = seen;
            seen |= c;
        }
        const bool marked = is_plain(seen_before_last) && stands_apart(text[i - 1], true);
        if (i > begin) visit(text.substr(begin, i - begin - (marked ? 1 : 0)));
    }
}

}  // namespace sprat

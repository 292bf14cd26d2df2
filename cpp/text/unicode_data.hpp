// What does the building Python say about this code point? The tables behind text/unicode.hpp.
//
// Written at build time by tools/generate_unicode.py, which asks `str`, `re` and `regex` about each code point,
// surrogates included. One std::uint16_t of bits per code point:
//       1 re \w         2 re \d          4 str.isspace, re \s    8 regex \w    16 regex \d    32 regex \s
//      64 str.isupper  128 str.islower   256 cased              512 case-ignorable
//    1024 str.lower differs from the character itself
//    4096 str.casefold differs from the character itself
// Cased and case-ignorable are those of the final sigma rule; a character that is both has only the latter bit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sprat::unicode::data {

extern const std::uint16_t stage1[0x110000 >> 7];  // block number of cp >> 7
extern const std::uint16_t stage2[];               // bits at block * 128 + (cp & 127)

struct CasePair {
    char32_t from;
    char32_t to[3];  // str.lower() or str.casefold() of the one character, padded with zeros
};
extern const CasePair lower[];  // ascending by from
extern const std::size_t lower_count;
extern const CasePair fold[];  // ascending by from
extern const std::size_t fold_count;

extern const char* const version;  // of Unicode, "14.0.0"

}  // namespace sprat::unicode::data

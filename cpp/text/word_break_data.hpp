// Where may a word end, and what is no word at all? The tables behind text/word_break.hpp.
//
// Written at build time by tools/generate_word_break.py, which asks the `regex` package about each code point,
// surrogates included. One std::uint16_t per code point: its Word_Break in the lowest five bits, the flags of enum
// WordFlag, and in the highest five bits the Word_Break that Lucene's StandardTokenizer gives it.
#pragma once

#include <cstdint>

namespace sprat {

enum class WordBreak : std::uint8_t {
    Other,
    Cr,
    Lf,
    Newline,
    Extend,
    Format,
    Zwj,
    WSegSpace,
    RegionalIndicator,
    Katakana,
    HebrewLetter,
    ALetter,
    SingleQuote,
    DoubleQuote,
    MidNumLet,
    MidLetter,
    MidNum,
    Numeric,
    ExtendNumLet,
    Single  // Lucene's alone: an ideograph or a hiragana, each a token
};

enum WordFlag : std::uint16_t {
    ExtendedPictographic = 32,
    WordCharacter = 64,    // a letter, a number or an emoji
    Unspaced = 128,        // of a script written without spaces, or Hangul
    EmojiStyle = 256,      // U+FE0F, which makes an emoji of the pictograph before it
    ComplexContext = 512,  // Line_Break of Thai, Lao, Khmer, Myanmar and their relatives
    LucenePictograph = 1024
};

namespace word_break_data {

extern const std::uint16_t stage1[0x110000 >> 7];  // block number of cp >> 7
extern const std::uint16_t stage2[];               // record at block * 128 + (cp & 127)

}  // namespace word_break_data
}  // namespace sprat

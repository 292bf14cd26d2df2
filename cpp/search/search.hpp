// Search: "which k documents score best?", answered from an inverted index with the bits of search_exhaustive().
//
// Term at a time, window by window. The scores of a window of documents are float32 in the cache; each posting list
// adds its products, lists by ascending column, so that a score is the stated sum itself and nothing is scored twice. A
// scan then takes the scores that can still be among the k best and clears the window.
//
// That an untouched score is -0.0 tells a match of score 0 from no match, and fillers (posting_list.hpp) add nothing;
// both need products that are not negative. With a negative weight on either side, search_signed() keeps a mark for
// each document instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/types.hpp"
#include "index/document_set.hpp"
#include "index/inverted_index.hpp"
#include "search/queries.hpp"
#include "search/top_k.hpp"
#include "simd/kernels.hpp"

namespace sprat {

// An index as a part of a collection, borrowed. Segments follow one another: the first document of each is the end of
// the one before.
struct Segment {
    const InvertedIndex* index;
    std::uint32_t first_document;
};

// Documents outside `allowed` are not returned. The number of threads and the kernels do not change the answer.
// Throws Error{InvalidArgument} if k is 0 or the answer does not fit memory, Error{Corrupt} if a file is damaged.
[[nodiscard]] TopK search(std::span<const Segment> segments, const Queries& queries, std::size_t k,
                          const DocumentSet& allowed, Threads threads, const simd::Kernels& kernels);

}  // namespace sprat

// Hashed ids: "what is this term's id, without a dictionary?"
//
// Two programs that never met give a term the same id; the price is that a few terms share one. Ids are wire
// formats, stored in databases for years: what these functions return never changes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "vocab/vocabulary.hpp"

namespace sprat {

enum class TermHash : std::uint8_t {
    Murmur3,     // 0 to 2^32 - 1; pinecone-text
    Murmur3Abs,  // the same 32 bits as an int32 without its sign, 0 to 2^31; fastembed's Qdrant/bm25, Qdrant itself
};

[[nodiscard]] std::uint32_t hashed_id(std::string_view term, TermHash hash) noexcept;

// By term id, the hashed id of each term.
[[nodiscard]] std::vector<std::uint32_t> hashed_ids(const Vocabulary& vocabulary, TermHash hash);

}  // namespace sprat

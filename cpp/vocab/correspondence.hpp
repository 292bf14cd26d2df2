// Correspondence: "what is the id there of each term here?"
//
// Statistics of two collections are added by term, not by id: these functions say which id of one vocabulary stands
// for which id of another. An array of ids is by the id here, and has -1 where the term is not there.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "vocab/vocabulary.hpp"

namespace sprat {

[[nodiscard]] std::vector<std::int64_t> ids_in(const Vocabulary& there, const Vocabulary& here);

// Gives the terms of `here` that `there` lacks the next ids there, in their order. Nothing is -1 then.
[[nodiscard]] std::vector<std::int64_t> append(Vocabulary& there, const Vocabulary& here);

// The terms with these ids, in this order.
// Throws Error{InvalidArgument} naming the first id that is not below vocabulary.size(), or stands there twice.
[[nodiscard]] Vocabulary select(const Vocabulary& vocabulary, std::span<const std::int64_t> ids);

// The ids, by ascending bytes of their terms: the order of their code points.
[[nodiscard]] std::vector<std::int64_t> ids_by_bytes(const Vocabulary& vocabulary);

// A vocabulary as one run of characters, cut by `ends`: what Vocabulary::characters() and ends() give.
// Throws Error{Corrupt} if the ends do not cut the characters, or a term stands there twice.
[[nodiscard]] Vocabulary vocabulary_of(std::string_view characters, std::span<const std::int64_t> ends);

}  // namespace sprat

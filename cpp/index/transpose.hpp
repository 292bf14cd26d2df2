// Transpose: "which documents store this column?", for every column at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/csr.hpp"
#include "core/types.hpp"

namespace sprat {

struct Posting {
    std::uint32_t document;
    float impact;
};

// The postings of a matrix by column, by ascending document in each; -0.0 has become 0.0.
struct Transposed {
    std::vector<std::uint64_t> offsets;  // columns + 1
    std::unique_ptr<Posting[]> postings;

    [[nodiscard]] std::span<const Posting> of(std::size_t column) const noexcept {
        return {postings.get() + offsets[column], static_cast<std::size_t>(offsets[column + 1] - offsets[column])};
    }
};

// The same bits for any number of threads.
[[nodiscard]] Transposed transpose(const CsrView& matrix, Threads threads);

}  // namespace sprat

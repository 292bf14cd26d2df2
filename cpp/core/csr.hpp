// A sparse matrix somebody else owns: "which columns does this row store, and what is in them?"
//
// The waist of the program: encoders make CSR, indexes and searches eat it.
//
// Invariants. checked() establishes them; everything behind it relies on them without checking:
//   1. indptr starts at 0, never decreases, and ends at indices.size() == data.size();
//   2. inside a row column indices strictly ascend and lie in [0, columns);
//   3. weights are finite; they may be zero or negative.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/error.hpp"

namespace sprat {

// One row, borrowed like the matrix.
struct CsrRow {
    std::span<const std::int32_t> indices;
    std::span<const float> data;  // data[i] belongs to indices[i]
};

// Valid while the arrays it was made from live and nobody writes to them.
struct CsrView {
    std::span<const std::int64_t> indptr;
    std::span<const std::int32_t> indices;
    std::span<const float> data;
    std::int32_t columns = 0;

    // The only door for foreign arrays.
    // Throws Error{InvalidArgument} naming the first value that breaks an invariant and its position.
    [[nodiscard]] static CsrView checked(std::span<const std::int64_t> indptr, std::span<const std::int32_t> indices,
                                         std::span<const float> data, std::int32_t columns);

    [[nodiscard]] std::size_t rows() const noexcept { return indptr.size() - 1; }

    [[nodiscard]] CsrRow row(std::size_t number) const noexcept {
        const auto first = static_cast<std::size_t>(indptr[number]);
        const auto length = static_cast<std::size_t>(indptr[number + 1]) - first;
        return {indices.subspan(first, length), data.subspan(first, length)};
    }
};

// Throws Error{InvalidArgument} unless `indptr` cuts `length` entries into rows: from 0, never down, to `length`.
inline void check_indptr(std::span<const std::int64_t> indptr, std::size_t length) {
    const auto refuse = [&](std::size_t at, const std::string& allowed) {
        throw Error{ErrorCode::InvalidArgument,
                    "indptr[" + std::to_string(at) + "] must be " + allowed + ", got " + std::to_string(indptr[at])};
    };
    if (indptr.empty()) throw Error{ErrorCode::InvalidArgument, "indptr must have at least one entry, got none"};
    if (indptr[0] != 0) refuse(0, "0");
    for (std::size_t i = 1; i < indptr.size(); ++i) {
        if (indptr[i] < indptr[i - 1]) refuse(i, "at least " + std::to_string(indptr[i - 1]));
    }
    if (static_cast<std::uint64_t>(indptr.back()) != length) refuse(indptr.size() - 1, std::to_string(length));
}

// Throws Error{InvalidArgument} naming the first index that is not in [0, limit).
inline void check_indices(std::span<const std::int32_t> indices, std::int64_t limit) {
    for (std::size_t i = 0; i < indices.size(); ++i) {
        if (indices[i] >= 0 && indices[i] < limit) continue;
        refuse("indices[" + std::to_string(i) + "]", "in [0, " + std::to_string(limit) + ")",
               std::to_string(indices[i]));
    }
}

inline CsrView CsrView::checked(std::span<const std::int64_t> indptr, std::span<const std::int32_t> indices,
                                std::span<const float> data, std::int32_t columns) {
    if (columns < 0) refuse("columns", "at least 0", std::to_string(columns));
    if (indices.size() != data.size()) {
        refuse("length of data", std::to_string(indices.size()) + " like indices", std::to_string(data.size()));
    }
    check_indptr(indptr, indices.size());
    const CsrView view{indptr, indices, data, columns};
    for (std::size_t row = 0; row < view.rows(); ++row) {
        std::int64_t above = -1;
        for (auto i = static_cast<std::size_t>(indptr[row]); i < static_cast<std::size_t>(indptr[row + 1]); ++i) {
            if (indices[i] <= above || indices[i] >= columns) {
                refuse("column index " + std::to_string(i) + " (row " + std::to_string(row) + ")",
                       "in [" + std::to_string(above + 1) + ", " + std::to_string(columns) + ")",
                       std::to_string(indices[i]));
            }
            above = indices[i];
            if (!std::isfinite(data[i])) refuse("weight " + std::to_string(i), "finite", std::to_string(data[i]));
        }
    }
    return view;
}

}  // namespace sprat

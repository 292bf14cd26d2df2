// Queries: "which columns are asked for, and how much does each weigh?"
//
// Rows of a CSR matrix as somebody else owns it, put in order: columns ascend strictly inside a query, weights are
// finite and not -0.0. A column stored several times has the sum of its weights, added in double in stored order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sprat {

struct QueryTerm {
    std::int64_t column;
    float weight;
};

class Queries {
  public:
    // Throws Error{InvalidArgument} naming the first value that is not allowed; columns must be in [0, column_count).
    [[nodiscard]] static Queries checked(std::span<const std::int64_t> indptr, std::span<const std::int64_t> columns,
                                         std::span<const float> weights, std::uint64_t column_count);

    [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
    [[nodiscard]] std::span<const QueryTerm> operator[](std::size_t query) const noexcept {
        const std::size_t first = query == 0 ? 0 : ends_[query - 1];
        return std::span(terms_).subspan(first, ends_[query] - first);
    }

  private:
    void add(std::span<const std::int64_t> columns, std::span<const float> weights);

    std::vector<QueryTerm> terms_;
    std::vector<std::size_t> ends_;
};

}  // namespace sprat

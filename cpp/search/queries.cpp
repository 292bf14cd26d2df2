#include "search/queries.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/csr.hpp"
#include "core/error.hpp"

namespace sprat {

Queries Queries::checked(std::span<const std::int64_t> indptr, std::span<const std::int64_t> columns,
                         std::span<const float> weights, std::uint64_t column_count) {
    if (columns.size() != weights.size()) {
        refuse("queries: length of data", std::to_string(columns.size()) + " like indices",
               std::to_string(weights.size()));
    }
    check_indptr(indptr, columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i] < 0 || static_cast<std::uint64_t>(columns[i]) >= column_count) {
            refuse("queries: column index " + std::to_string(i), "in [0, " + std::to_string(column_count) + ")",
                   std::to_string(columns[i]));
        }
        if (!std::isfinite(weights[i])) {
            refuse("queries: weight " + std::to_string(i), "finite", std::to_string(weights[i]));
        }
    }
    Queries queries;
    queries.terms_.reserve(columns.size());
    queries.ends_.reserve(indptr.size() - 1);
    for (std::size_t row = 0; row + 1 < indptr.size(); ++row) {
        const auto first = static_cast<std::size_t>(indptr[row]);
        const auto length = static_cast<std::size_t>(indptr[row + 1]) - first;
        queries.add(columns.subspan(first, length), weights.subspan(first, length));
    }
    return queries;
}

void Queries::add(std::span<const std::int64_t> columns, std::span<const float> weights) {
    const std::size_t first = terms_.size();
    for (std::size_t i = 0; i < columns.size(); ++i) terms_.push_back({columns[i], weights[i] + 0.0F});
    const auto begin = terms_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto not_above = [](const QueryTerm& a, const QueryTerm& b) { return a.column >= b.column; };
    if (std::adjacent_find(begin, terms_.end(), not_above) != terms_.end()) {
        std::stable_sort(begin, terms_.end(),
                         [](const QueryTerm& a, const QueryTerm& b) { return a.column < b.column; });
        auto out = begin;
        for (auto term = begin; term != terms_.end(); ++out) {
            double sum = 0;
            const std::int64_t column = term->column;
            for (; term != terms_.end() && term->column == column; ++term) sum += term->weight;
            *out = {column, static_cast<float>(sum)};
            if (!std::isfinite(out->weight)) {
                refuse("queries: the sum of the weights of column " + std::to_string(column), "finite",
                       std::to_string(out->weight));
            }
        }
        terms_.erase(out, terms_.end());
    }
    ends_.push_back(terms_.size());
}

}  // namespace sprat

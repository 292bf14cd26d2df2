#include "stats/renumbering.hpp"

#include <limits>
#include <string>

#include "core/csr.hpp"
#include "core/error.hpp"

namespace sprat {

std::vector<std::int32_t> ids_by_occurrence(std::span<const std::int32_t> indices, std::int64_t term_count) {
    if (term_count < 0 || term_count > std::numeric_limits<std::int32_t>::max()) {
        refuse("term_count", "in [0, 2147483647]", std::to_string(term_count));
    }
    check_indices(indices, term_count);
    std::vector<std::int32_t> ids(static_cast<std::size_t>(term_count), -1);
    std::int32_t next = 0;
    for (const std::int32_t index : indices) {
        auto& id = ids[static_cast<std::size_t>(index)];
        if (id < 0) id = next++;
    }
    return ids;
}

Counts renumbered_rows(std::span<const std::int64_t> indptr, std::span<const std::int32_t> indices,
                       std::span<const std::int32_t> term_frequencies, std::span<const std::int32_t> ids,
                       Threads threads) {
    check_indptr(indptr, indices.size());
    if (term_frequencies.size() != indices.size()) {
        refuse("length of term_frequencies", std::to_string(indices.size()), std::to_string(term_frequencies.size()));
    }
    check_indices(indices, static_cast<std::int64_t>(ids.size()));
    Counts counts;
    counts.indptr.assign(indptr.begin(), indptr.end());
    counts.term_frequencies.assign(term_frequencies.begin(), term_frequencies.end());
    counts.indices.resize(indices.size());
    for (std::size_t i = 0; i < indices.size(); ++i) {
        counts.indices[i] = ids[static_cast<std::size_t>(indices[i])];
        if (counts.indices[i] < 0) {
            throw Error{ErrorCode::InvalidArgument, "ids[" + std::to_string(indices[i]) +
                                                        "] must not be negative, as index " + std::to_string(i) +
                                                        " is " + std::to_string(indices[i])};
        }
    }
    sort_rows(counts, threads);
    return counts;
}

}  // namespace sprat

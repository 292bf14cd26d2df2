#include "stats/renumbering.hpp"

#include <limits>
#include <string>

#include "core/csr.hpp"
#include "core/error.hpp"

namespace sprat {
namespace {

[[noreturn]] void refuse(std::size_t at, std::size_t limit, std::int32_t index) {
    throw Error{ErrorCode::InvalidArgument, "indices[" + std::to_string(at) + "] must be in [0, " +
                                                std::to_string(limit) + "), got " + std::to_string(index)};
}

}  // namespace

std::vector<std::int32_t> ids_by_occurrence(std::span<const std::int32_t> indices, std::int64_t term_count) {
    if (term_count < 0 || term_count > std::numeric_limits<std::int32_t>::max()) {
        throw Error{ErrorCode::InvalidArgument,
                    "term_count must be in [0, 2147483647], got " + std::to_string(term_count)};
    }
    std::vector<std::int32_t> ids(static_cast<std::size_t>(term_count), -1);
    std::int32_t next = 0;
    for (std::size_t i = 0; i < indices.size(); ++i) {
        if (indices[i] < 0 || indices[i] >= term_count) refuse(i, ids.size(), indices[i]);
        auto& id = ids[static_cast<std::size_t>(indices[i])];
        if (id < 0) id = next++;
    }
    return ids;
}

Counts renumbered_rows(std::span<const std::int64_t> indptr, std::span<const std::int32_t> indices,
                       std::span<const std::int32_t> term_frequencies, std::span<const std::int32_t> ids,
                       Threads threads) {
    check_indptr(indptr, indices.size());
    if (term_frequencies.size() != indices.size()) {
        throw Error{ErrorCode::InvalidArgument, "term_frequencies must have " + std::to_string(indices.size()) +
                                                    " entries, got " + std::to_string(term_frequencies.size())};
    }
    Counts counts;
    counts.indptr.assign(indptr.begin(), indptr.end());
    counts.term_frequencies.assign(term_frequencies.begin(), term_frequencies.end());
    counts.indices.resize(indices.size());
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const std::int32_t index = indices[i];
        if (index < 0 || static_cast<std::size_t>(index) >= ids.size()) refuse(i, ids.size(), index);
        counts.indices[i] = ids[static_cast<std::size_t>(index)];
        if (counts.indices[i] < 0) {
            throw Error{ErrorCode::InvalidArgument, "ids[" + std::to_string(index) +
                                                        "] must not be negative, as index " + std::to_string(i) +
                                                        " is " + std::to_string(index)};
        }
    }
    sort_rows(counts, threads);
    return counts;
}

}  // namespace sprat

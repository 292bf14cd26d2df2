#include "stats/hashed_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "core/csr.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "stats/entry_sorter.hpp"

namespace sprat {
namespace {

constexpr std::size_t rows_at_once = 256;

// Makes one of the entries of a row that share an id, and closes the gaps.
void merge_entries(HashedRows& rows, Merge merge) {
    std::size_t kept = 0;
    std::size_t next = 0;
    for (std::size_t row = 0; row + 1 < rows.indptr.size(); ++row) {
        const auto end = static_cast<std::size_t>(rows.indptr[row + 1]);
        const std::size_t first = kept;
        for (; next < end; ++next) {
            if (kept > first && rows.indices[kept - 1] == rows.indices[next]) {
                std::int32_t& frequency = rows.term_frequencies[kept - 1];
                frequency = rows.term_frequencies[next] + (merge == Merge::Sum ? frequency : 0);
                rows.merged_rows.push_back(static_cast<std::int64_t>(row));
                rows.merged_ids.push_back(rows.indices[next]);
            } else {
                rows.indices[kept] = rows.indices[next];
                rows.term_frequencies[kept++] = rows.term_frequencies[next];
            }
        }
        rows.indptr[row + 1] = static_cast<std::int64_t>(kept);
    }
    rows.indices.resize(kept);
    rows.term_frequencies.resize(kept);
}

void check(std::span<const std::int64_t> indptr, std::span<const std::int32_t> indices,
           std::span<const std::int32_t> term_frequencies, std::size_t id_count) {
    check_indptr(indptr, indices.size());
    if (term_frequencies.size() != indices.size()) {
        refuse("length of term_frequencies", std::to_string(indices.size()), std::to_string(term_frequencies.size()));
    }
    check_indices(indices, static_cast<std::int64_t>(id_count));
}

}  // namespace

HashedRows hash_rows(std::span<const std::int64_t> indptr, std::span<const std::int32_t> indices,
                     std::span<const std::int32_t> term_frequencies, std::span<const std::uint32_t> ids, Merge merge,
                     Threads threads) {
    check(indptr, indices, term_frequencies, ids.size());
    HashedRows rows;
    rows.indptr.assign(indptr.begin(), indptr.end());
    rows.indices.resize(indices.size());
    rows.term_frequencies.resize(indices.size());

    const std::size_t row_count = indptr.size() - 1;
    const std::size_t chunks = (row_count + rows_at_once - 1) / rows_at_once;
    constexpr std::uint32_t half = 0x80000000U;  // the largest id of TermHash::Murmur3Abs, in its last bucket
    const unsigned bits = std::any_of(ids.begin(), ids.end(), [](std::uint32_t id) { return id > half; }) ? 32 : 31;
    std::vector<EntrySorter> sorters(worker_count(threads, chunks));
    std::vector<char> shared(chunks, 0);  // whether a row of the chunk holds an id twice
    parallel_for(threads, chunks, [&](std::size_t worker, std::size_t chunk) {
        const std::size_t end = std::min(row_count, (chunk + 1) * rows_at_once);
        for (std::size_t row = chunk * rows_at_once; row < end; ++row) {
            const auto first = static_cast<std::size_t>(indptr[row]);
            auto& entries = sorters[worker].entries();  // id << 32 | place in the row
            entries.resize(static_cast<std::size_t>(indptr[row + 1]) - first);
            for (std::size_t i = 0; i < entries.size(); ++i) {
                entries[i] = std::uint64_t{ids[static_cast<std::size_t>(indices[first + i])]} << 32U | i;
            }
            sorters[worker].sort_spread(bits);
            for (std::size_t i = 0; i < entries.size(); ++i) {
                rows.indices[first + i] = static_cast<std::int64_t>(entries[i] >> 32U);
                rows.term_frequencies[first + i] = term_frequencies[first + (entries[i] & 0xFFFFFFFFU)];
                if (i > 0 && entries[i] >> 32U == entries[i - 1] >> 32U) shared[chunk] = 1;
            }
        }
    });
    if (std::find(shared.begin(), shared.end(), 1) != shared.end()) merge_entries(rows, merge);
    return rows;
}

}  // namespace sprat

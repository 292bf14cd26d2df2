#include "index/transpose.hpp"

#include <algorithm>

#include "core/parallel.hpp"

namespace sprat {

Transposed transpose(const CsrView& matrix, Threads threads) {
    const auto columns = static_cast<std::size_t>(matrix.columns);
    const std::size_t entries = matrix.indices.size();
    // Each chunk of rows counts for itself. Counters must not outweigh the matrix, hence the second bound.
    const std::size_t chunks =
        std::clamp<std::size_t>(entries / (columns + 1), 1, std::min<std::size_t>(threads.resolved(), 16));
    const auto first_row = [&](std::size_t chunk) {
        const auto at = static_cast<std::int64_t>(entries / chunks * chunk);
        const auto found = std::lower_bound(matrix.indptr.begin(), matrix.indptr.end() - 1, at);
        return chunk == chunks ? matrix.rows() : static_cast<std::size_t>(found - matrix.indptr.begin());
    };

    std::vector<std::uint64_t> places(chunks * columns);  // by chunk and column: count, then where the next one goes
    parallel_for(threads, chunks, [&](std::size_t, std::size_t chunk) {
        std::uint64_t* const counts = places.data() + chunk * columns;
        const auto end = static_cast<std::size_t>(matrix.indptr[first_row(chunk + 1)]);
        for (auto i = static_cast<std::size_t>(matrix.indptr[first_row(chunk)]); i < end; ++i) {
            ++counts[matrix.indices[i]];
        }
    });
    Transposed result{std::vector<std::uint64_t>(columns + 1), std::make_unique_for_overwrite<Posting[]>(entries)};
    std::uint64_t at = 0;
    for (std::size_t column = 0; column < columns; ++column) {
        result.offsets[column] = at;
        for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
            const std::uint64_t count = places[chunk * columns + column];
            places[chunk * columns + column] = at;
            at += count;
        }
    }
    result.offsets[columns] = at;

    parallel_for(threads, chunks, [&](std::size_t, std::size_t chunk) {
        std::uint64_t* const next = places.data() + chunk * columns;
        const std::size_t end = first_row(chunk + 1);
        for (std::size_t row = first_row(chunk); row < end; ++row) {
            const auto stored = matrix.row(row);
            for (std::size_t i = 0; i < stored.indices.size(); ++i) {
                result.postings[next[stored.indices[i]]++] = {static_cast<std::uint32_t>(row), stored.data[i] + 0.0F};
            }
        }
    });
    return result;
}

}  // namespace sprat

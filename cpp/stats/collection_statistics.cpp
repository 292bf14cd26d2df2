#include "stats/collection_statistics.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <utility>

#include "core/csr.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "stats/entry_sorter.hpp"

namespace sprat {
namespace {

constexpr auto int32_limit = static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max());

void sort_row(EntrySorter& sorter, std::span<std::int32_t> indices, std::span<std::int32_t> term_frequencies) {
    auto& entries = sorter.entries();
    std::uint32_t any = 0;  // bits of all ids together
    entries.resize(indices.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto id = static_cast<std::uint32_t>(indices[i]);
        any |= id;
        entries[i] = std::uint64_t{id} << 32U | static_cast<std::uint32_t>(term_frequencies[i]);
    }
    sorter.sort(static_cast<unsigned>(std::bit_width(any)));
    for (std::size_t i = 0; i < entries.size(); ++i) {
        indices[i] = static_cast<std::int32_t>(entries[i] >> 32U);
        term_frequencies[i] = static_cast<std::int32_t>(entries[i] & 0xFFFFFFFFU);
    }
}

}  // namespace

void CollectionStatistics::merge(const CollectionStatistics& other) {
    if (document_frequency.size() < other.document_frequency.size()) {
        document_frequency.resize(other.document_frequency.size());
    }
    for (std::size_t term = 0; term < other.document_frequency.size(); ++term) {
        document_frequency[term] += other.document_frequency[term];
    }
    document_count += other.document_count;
    token_count += other.token_count;
}

DocumentCounter::DocumentCounter(Rows rows) : rows_(rows) {
    if (rows == Rows::Keep) counts_.indptr.push_back(0);
}

// Whether a term was met before in this document is as good as random, so nothing branches on it.
template <Rows rows>
void DocumentCounter::count(std::span<const std::uint32_t> ids) {
    Term* const terms = terms_.data();
    [[maybe_unused]] std::int32_t* const indices = counts_.indices.data();
    [[maybe_unused]] std::int32_t* const term_frequencies = counts_.term_frequencies.data();
    const std::uint64_t row_start = row_end_;
    std::uint64_t row_end = row_start;
    constexpr std::size_t ahead = 12;  // tokens, while which a term's cache line is on the way
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::uint32_t id = ids[i];
        if (i + ahead < ids.size()) __builtin_prefetch(terms + std::min<std::size_t>(ids[i + ahead], terms_.size()));
        if (id == unknown_term) continue;
        Term& term = terms[id];
        const std::uint64_t first = term.row_end <= row_start ? 1 : 0;
        row_end += first;
        term.document_frequency += static_cast<std::int64_t>(first);
        term.row_end += first * (row_end - term.row_end);
        if constexpr (rows == Rows::Keep) {
            const std::size_t entry = term.row_end - 1;
            indices[entry] = static_cast<std::int32_t>(id);
            term_frequencies[entry] += 1;
        }
    }
    row_end_ = row_end;
}

void DocumentCounter::add(std::span<const std::uint32_t> ids) {
    if (ids.size() > int32_limit) {
        throw Error{ErrorCode::InvalidArgument,
                    "a document must have at most 2147483647 tokens, got " + std::to_string(ids.size())};
    }
    std::uint32_t terms = 0;
    for (const std::uint32_t id : ids) terms = std::max(terms, id + 1);  // unknown_term + 1 is 0
    if (terms > terms_.size()) terms_.resize(terms);

    if (rows_ == Rows::Keep) {
        counts_.indices.resize(row_end_ + ids.size());
        counts_.term_frequencies.resize(row_end_ + ids.size());
        count<Rows::Keep>(ids);
        counts_.indices.resize(row_end_);
        counts_.term_frequencies.resize(row_end_);
        counts_.indptr.push_back(static_cast<std::int64_t>(row_end_));
        counts_.document_lengths.push_back(static_cast<std::int64_t>(ids.size()));
    } else {
        count<Rows::Drop>(ids);
    }
    counts_.statistics.document_count += 1;
    counts_.statistics.token_count += ids.size();
}

Counts DocumentCounter::finish() && {
    auto& document_frequency = counts_.statistics.document_frequency;
    document_frequency.resize(terms_.size());
    for (std::size_t id = 0; id < terms_.size(); ++id) document_frequency[id] = terms_[id].document_frequency;
    return std::move(counts_);
}

void sort_rows(Counts& counts, Threads threads) {
    constexpr std::size_t rows_at_once = 256;
    const std::size_t rows = counts.indptr.empty() ? 0 : counts.indptr.size() - 1;
    const std::size_t chunks = (rows + rows_at_once - 1) / rows_at_once;
    std::vector<EntrySorter> sorters(worker_count(threads, chunks));
    parallel_for(threads, chunks, [&](std::size_t worker, std::size_t chunk) {
        const std::size_t end = std::min(rows, (chunk + 1) * rows_at_once);
        for (std::size_t row = chunk * rows_at_once; row < end; ++row) {
            const auto first = static_cast<std::size_t>(counts.indptr[row]);
            const auto length = static_cast<std::size_t>(counts.indptr[row + 1]) - first;
            sort_row(sorters[worker], std::span(counts.indices).subspan(first, length),
                     std::span(counts.term_frequencies).subspan(first, length));
        }
    });
}

Counts count_ids(std::span<const std::int64_t> indptr, std::span<const std::int64_t> ids, std::int64_t term_count,
                 Rows rows, RowOrder order) {
    if (term_count < 0 || static_cast<std::uint64_t>(term_count) > int32_limit) {
        throw Error{ErrorCode::InvalidArgument,
                    "term_count must be in [0, 2147483647], got " + std::to_string(term_count)};
    }
    check_indptr(indptr, ids.size());
    DocumentCounter counter(rows);
    std::vector<std::uint32_t> document;
    for (std::size_t row = 0; row + 1 < indptr.size(); ++row) {
        document.clear();
        for (auto i = static_cast<std::size_t>(indptr[row]); i < static_cast<std::size_t>(indptr[row + 1]); ++i) {
            if (ids[i] < -1 || ids[i] >= term_count) {
                throw Error{ErrorCode::InvalidArgument, "ids[" + std::to_string(i) + "] must be in [-1, " +
                                                            std::to_string(term_count) + "), got " +
                                                            std::to_string(ids[i])};
            }
            document.push_back(static_cast<std::uint32_t>(ids[i]));
        }
        counter.add(document);
    }
    Counts counts = std::move(counter).finish();
    counts.statistics.document_frequency.resize(static_cast<std::size_t>(term_count));
    if (order == RowOrder::ById) sort_rows(counts, Threads{1});
    return counts;
}

}  // namespace sprat

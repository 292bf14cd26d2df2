#include "search/exhaustive.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace sprat {
namespace {

struct Hit {
    float score;
    std::int64_t document;
};

// The one total order. No two hits of a query are equal in it.
bool better(const Hit& a, const Hit& b) { return a.score != b.score ? a.score > b.score : a.document < b.document; }

// Tells apart columns that the query does not store from those that it may store, by their low bits.
class ColumnFilter {
  public:
    void insert(std::span<const std::int32_t> columns) { set(columns, 1); }
    void erase(std::span<const std::int32_t> columns) { set(columns, 0); }

    // Position of the first column from `from` on that the query may store; columns.size() if there is none.
    [[nodiscard]] std::size_t next(std::span<const std::int32_t> columns, std::size_t from) const {
        const auto mark = [&](std::size_t i) { return static_cast<unsigned>(marks_[slot(columns[i])]); };
        std::size_t i = from;
        while (i + 4 <= columns.size() && (mark(i) | mark(i + 1) | mark(i + 2) | mark(i + 3)) == 0) i += 4;
        while (i < columns.size() && mark(i) == 0) ++i;
        return i;
    }

  private:
    static constexpr std::size_t slots = 16384;  // small enough for the first level cache

    static std::size_t slot(std::int32_t column) { return static_cast<std::size_t>(column) % slots; }
    void set(std::span<const std::int32_t> columns, std::uint8_t mark) {
        for (const std::int32_t column : columns) marks_[slot(column)] = mark;
    }

    std::array<std::uint8_t, slots> marks_{};
};

// What one worker keeps from query to query.
struct Scratch {
    ColumnFilter filter;
    std::vector<Hit> heap;  // the best so far, the worst of them on top
};

struct Score {
    float value = 0;
    bool match = false;
};

Score score(const CsrRow& document, const CsrRow& query, const ColumnFilter& filter) {
    Score score;
    std::size_t q = 0;  // both rows ascend
    for (std::size_t d = filter.next(document.indices, 0); d < document.indices.size();
         d = filter.next(document.indices, d + 1)) {
        const std::int32_t column = document.indices[d];
        while (q < query.indices.size() && query.indices[q] < column) ++q;
        if (q == query.indices.size()) break;
        if (query.indices[q] != column) continue;
        score.value += query.data[q] * document.data[d];
        score.match = true;
    }
    if (std::isnan(score.value)) score.value = -std::numeric_limits<float>::infinity();
    return score;
}

// Leaves the k best documents in scratch.heap, best first.
void search_one(const CsrView& documents, const CsrRow& query, std::size_t k, Scratch& scratch) {
    auto& heap = scratch.heap;
    heap.clear();
    if (query.indices.empty()) return;
    scratch.filter.insert(query.indices);
    for (std::size_t document = 0; document < documents.rows(); ++document) {
        const Score found = score(documents.row(document), query, scratch.filter);
        if (!found.match) continue;
        const Hit hit{found.value, static_cast<std::int64_t>(document)};
        if (heap.size() == k) {
            if (!better(hit, heap.front())) continue;
            std::pop_heap(heap.begin(), heap.end(), better);
            heap.back() = hit;
        } else {
            heap.push_back(hit);
        }
        std::push_heap(heap.begin(), heap.end(), better);
    }
    scratch.filter.erase(query.indices);
    std::sort_heap(heap.begin(), heap.end(), better);
}

}  // namespace

TopK search_exhaustive(const CsrView& documents, const CsrView& queries, std::size_t k, Threads threads) {
    if (k == 0) throw Error{ErrorCode::InvalidArgument, "k must be at least 1, got 0"};
    if (queries.columns != documents.columns) {
        throw Error{ErrorCode::InvalidArgument, "queries must have " + std::to_string(documents.columns) +
                                                    " columns like the documents, got " +
                                                    std::to_string(queries.columns)};
    }
    TopK top;
    if (queries.rows() != 0 && k > top.documents.max_size() / queries.rows()) {
        throw Error{ErrorCode::InvalidArgument,
                    "k must be small enough for an answer in memory, got " + std::to_string(k)};
    }
    top.documents.assign(queries.rows() * k, -1);
    top.scores.assign(queries.rows() * k, 0.0F);

    std::vector<Scratch> scratch(worker_count(threads, queries.rows()));
    parallel_for(threads, queries.rows(), [&](std::size_t worker, std::size_t query) {
        search_one(documents, queries.row(query), k, scratch[worker]);
        std::size_t place = query * k;
        for (const Hit& hit : scratch[worker].heap) {
            top.documents[place] = hit.document;
            top.scores[place] = hit.score;
            ++place;
        }
    });
    return top;
}

}  // namespace sprat

#include "search/search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "search/accumulate.hpp"

namespace sprat {
namespace {

struct alignas(64) ScoreBlock {
    std::array<float, 16> scores;
};

// What one worker keeps from query to query.
struct Scratch {
    std::vector<ScoreBlock> window;  // untouched between windows
    std::vector<std::uint64_t> allowed;
    std::vector<std::int32_t> maxima;
    std::vector<PostingList> lists;
    std::vector<Cursor> cursors;
    std::vector<ImpactTable> products;  // of the query's terms
    std::vector<float> scores;          // of all documents, for negative weights
    std::vector<bool> touched;
    Candidates candidates;
};

bool negative(std::span<const Segment> segments, std::span<const QueryTerm> query) {
    return std::any_of(segments.begin(), segments.end(), [](const Segment& s) { return s.index->shape().negative; }) ||
           std::any_of(query.begin(), query.end(), [](const QueryTerm& term) { return term.weight < 0; });
}

// Puts a cursor on each list of the query, by ascending column.
void open_cursors(const InvertedIndex& index, std::span<const QueryTerm> query, Scratch& scratch) {
    auto& products = scratch.products;
    scratch.cursors.clear();
    products.resize(std::max(products.size(), query.size()));  // before any cursor points into it
    const float* const coded_impacts = index.coded_impacts();
    for (std::size_t i = 0; i < query.size(); ++i) {
        const auto [column, weight] = query[i];
        scratch.lists.clear();
        index.append_lists(column, scratch.lists);
        bool multiplied = false;
        for (const PostingList& list : scratch.lists) {
            if (list.coded && !multiplied) {
                for (std::size_t code = 0; code < 256; ++code) products[i][code] = weight * coded_impacts[code];
                multiplied = true;
            }
            scratch.cursors.push_back({list.layout, list.coded, weight, products[i].data(), list.documents,
                                       list.impacts, list.window_counts, list.entry_count});
        }
    }
}

// Moves past a window without reading it.
void skip(Cursor& cursor, std::uint32_t window, std::uint32_t window_bits) noexcept {
    std::size_t count = 0;
    if (cursor.layout == Layout::Wide) {
        const std::uint32_t first = window << window_bits;
        while (count < cursor.left && load_at<std::uint32_t>(cursor.documents, count) - first < 1U << window_bits)
            ++count;
    } else {
        count = entries_in(cursor, window);
    }
    advance(cursor, count);
}

// Returns whether any document of the window is allowed; scratch.allowed then has a bit for each.
bool find_allowed(const DocumentSet& allowed, std::size_t first, std::size_t words, Scratch& scratch) {
    scratch.allowed.resize(words);
    std::uint64_t any = 0;
    for (std::size_t i = 0; i < words; ++i) any |= scratch.allowed[i] = allowed.word(first + 64 * i);
    return any != 0;
}

// The k-th greatest of maxima over disjoint sets of documents is no greater than the k-th best score.
void raise_threshold(const float* scores, std::size_t count, const simd::Kernels& kernels, Scratch& scratch) {
    Candidates& candidates = scratch.candidates;
    const std::size_t groups = count / 16;
    if (candidates.above() >= 0 || groups < candidates.k()) return;
    scratch.maxima.resize(groups);
    kernels.maxima(scores, count, scratch.maxima.data());
    const auto kth = scratch.maxima.begin() + static_cast<std::ptrdiff_t>(candidates.k() - 1);
    std::nth_element(scratch.maxima.begin(), kth, scratch.maxima.end(), std::greater<>());
    if (*kth >= 0) candidates.raise_to(*kth);
}

void search_windows(const Segment& segment, std::span<const QueryTerm> query, const DocumentSet& allowed,
                    const simd::Kernels& kernels, Scratch& scratch) {
    const Shape& shape = segment.index->shape();
    open_cursors(*segment.index, query, scratch);
    if (scratch.cursors.empty()) return;
    const std::size_t size = std::size_t{1} << shape.window_bits;
    const std::size_t used = std::min<std::size_t>(size, (shape.document_count + simd::block - 1) & ~(simd::block - 1));
    if (scratch.window.size() < used / 16) {
        ScoreBlock untouched{};
        untouched.scores.fill(-0.0F);
        scratch.window.resize(used / 16, untouched);
    }
    float* const scores = scratch.window.front().scores.data();
    const bool restricted = !allowed.everything();

    for (std::uint32_t window = 0; window < shape.window_count(); ++window) {
        const std::size_t first = std::size_t{window} << shape.window_bits;
        const std::size_t left = shape.document_count - first;
        const std::size_t count = std::min(size, (left + simd::block - 1) & ~(simd::block - 1));
        if (restricted && !find_allowed(allowed, segment.first_document + first, count / 64, scratch)) {
            for (Cursor& cursor : scratch.cursors) skip(cursor, window, shape.window_bits);
            continue;
        }
        std::size_t entries = 0;
        for (Cursor& cursor : scratch.cursors) entries += accumulate(cursor, scores, window, shape.window_bits);
        if (entries == 0) continue;
        if (restricted) kernels.keep(scores, count, scratch.allowed.data());
        raise_threshold(scores, count, kernels, scratch);
        Candidates& candidates = scratch.candidates;
        candidates.added(kernels.collect(scores, count, candidates.above(),
                                         segment.first_document + static_cast<std::uint32_t>(first),
                                         candidates.room_for(count)));
    }
}

// For weights of either sign: a score for every document, and whether it is a match.
void search_signed(const Segment& segment, std::span<const QueryTerm> query, const DocumentSet& allowed,
                   Scratch& scratch) {
    const Shape& shape = segment.index->shape();
    scratch.scores.assign(shape.document_count, 0.0F);
    scratch.touched.assign(shape.document_count, false);
    for (const auto& [column, weight] : query) {
        scratch.lists.clear();
        segment.index->append_lists(column, scratch.lists);
        for (const PostingList& list : scratch.lists) {
            for_each_posting(list, shape, segment.index->coded_impacts(),
                             [&, weight = weight](std::uint32_t document, float impact) {
                                 scratch.scores[document] += weight * impact;
                                 scratch.touched[document] = true;
                             });
        }
    }
    for (std::uint32_t document = 0; document < shape.document_count; ++document) {
        const std::uint32_t number = segment.first_document + document;
        if (!scratch.touched[document] || (allowed.word(number) & 1U) == 0) continue;
        float score = scratch.scores[document];
        if (std::isnan(score)) score = -std::numeric_limits<float>::infinity();
        *scratch.candidates.room_for(1) = hit_key(score, number);
        scratch.candidates.added(1);
    }
}

void search_one(std::span<const Segment> segments, std::span<const QueryTerm> query, const DocumentSet& allowed,
                const simd::Kernels& kernels, Scratch& scratch) {
    if (query.empty()) return;
    const bool is_signed = negative(segments, query);
    for (const Segment& segment : segments) {
        if (is_signed) {
            search_signed(segment, query, allowed, scratch);
        } else {
            search_windows(segment, query, allowed, kernels, scratch);
        }
    }
    scratch.candidates.finish();
}

}  // namespace

TopK search(std::span<const Segment> segments, const Queries& queries, std::size_t k, const DocumentSet& allowed,
            Threads threads, const simd::Kernels& kernels) {
    if (k == 0) throw Error{ErrorCode::InvalidArgument, "k must be at least 1, got 0"};
    TopK top;
    if (queries.size() != 0 && k > top.documents.max_size() / queries.size()) {
        throw Error{ErrorCode::InvalidArgument,
                    "k must be small enough for an answer in memory, got " + std::to_string(k)};
    }
    std::uint64_t documents = 1;
    for (const Segment& segment : segments) {
        documents += segment.index->shape().document_count;
        segment.index->require_unchanged();  // what was checked before is as it was
    }
    top.documents.assign(queries.size() * k, -1);
    top.scores.assign(queries.size() * k, 0.0F);

    std::vector<Scratch> scratch(worker_count(threads, queries.size()));
    parallel_for(threads, queries.size(), [&](std::size_t worker, std::size_t query) {
        Candidates& candidates = scratch[worker].candidates;
        candidates.start(std::min<std::size_t>(k, documents));
        search_one(segments, queries[query], allowed, kernels, scratch[worker]);
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            top.documents[query * k + i] = document_of(candidates[i]);
            top.scores[query * k + i] = score_of(candidates[i]);
        }
    });
    for (const Segment& segment : segments) segment.index->require_unchanged();
    return top;
}

}  // namespace sprat

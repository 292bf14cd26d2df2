#include "index/merge.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/interruption.hpp"

namespace sprat {
namespace {

// Calls visit(column, document, impact) for each kept posting: parts in order, columns ascending, documents ascending
// in each list. Documents are numbered from 0.
template <class Visit>
void for_each_kept(std::span<const InvertedIndex* const> parts, const DocumentSet& kept, std::uint64_t first_document,
                   Visit&& visit) {
    std::uint64_t before = 0;
    std::vector<PostingList> lists;
    for (const InvertedIndex* part : parts) {
        std::int64_t last = -1;
        for (std::size_t term = 0; term < part->shape().term_count; ++term) {
            heed_interruption();
            const std::int64_t column = part->column_of(term);
            if (column <= last || static_cast<std::uint64_t>(column) >= part->shape().column_count) {
                corrupt("column " + std::to_string(column) + " of " + std::to_string(part->shape().column_count) +
                        " after " + std::to_string(last));
            }
            last = column;
            lists.clear();
            part->append_lists_of_term(term, lists);
            for (const PostingList& list : lists) {
                for_each_posting(list, part->shape(), part->coded_impacts(), [&](std::uint32_t document, float impact) {
                    const std::uint64_t number = before + document;
                    if ((kept.word(first_document + number) & 1U) == 0) return;
                    visit(column, number, impact);
                });
            }
        }
        before += part->shape().document_count;
    }
}

}  // namespace

InvertedIndex merge(std::span<const InvertedIndex* const> parts, const DocumentSet& kept, std::uint64_t first_document,
                    Threads threads) {
    std::uint64_t documents = 0;
    std::uint64_t column_count = 0;
    for (const InvertedIndex* part : parts) {
        documents += part->shape().document_count;
        column_count = std::max(column_count, part->shape().column_count);
        part->require_unchanged();  // what was checked before is as it was
    }
    std::vector<std::int64_t> indptr(documents + 1);
    std::vector<std::int64_t> columns;  // those in use, if they are numbered
    for_each_kept(parts, kept, first_document,
                  [&](std::int64_t, std::uint64_t document, float) { ++indptr[document + 1]; });
    for (std::size_t i = 1; i < indptr.size(); ++i) indptr[i] += indptr[i - 1];
    const auto postings = static_cast<std::size_t>(indptr.back());
    const bool numbered = is_sparse_in_columns(column_count, postings);
    if (numbered) {
        for_each_kept(parts, kept, first_document, [&](std::int64_t column, std::uint64_t, float) {
            if (columns.empty() || columns.back() != column) columns.push_back(column);
        });
        std::sort(columns.begin(), columns.end());
        columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    }

    std::vector<std::int32_t> indices(postings);
    std::vector<float> data(postings);
    std::vector<std::int64_t> next(indptr.begin(), indptr.end() - 1);
    std::int64_t last_column = -1;
    std::int64_t index = -1;  // of last_column
    for_each_kept(parts, kept, first_document, [&](std::int64_t column, std::uint64_t document, float impact) {
        if (column != last_column) {
            last_column = column;
            index = numbered ? std::lower_bound(columns.begin(), columns.end(), column) - columns.begin() : column;
        }
        const auto at = static_cast<std::size_t>(next[document]++);
        if (at >= postings) return;  // of a file that changed since they were counted, which is asked below
        indices[at] = static_cast<std::int32_t>(index);
        data[at] = impact;
    });
    for (const InvertedIndex* part : parts) part->require_unchanged();
    const auto width = static_cast<std::int32_t>(numbered ? columns.size() : column_count);
    return InvertedIndex::build({indptr, indices, data, width}, columns, column_count, threads);
}

}  // namespace sprat

#include "stats/text_counter.hpp"

#include <limits>
#include <utility>

#include "core/parallel.hpp"
#include "stats/counting_worker.hpp"

namespace sprat {
namespace {

constexpr std::size_t task_bytes = std::size_t{128} << 10U;

// Cuts documents into runs of about task_bytes: the ends of the runs.
std::vector<std::size_t> cut(const Documents& documents) {
    std::vector<std::size_t> ends;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        bytes += 64;
        for (const TextView& piece : documents[i]) bytes += piece.size_bytes();
        if (bytes >= task_bytes || i + 1 == documents.size()) {
            ends.push_back(i + 1);
            bytes = 0;
        }
    }
    return ends;
}

// Term i is to be called ids[i].
void rename_terms(Counts& counts, std::span<const std::int32_t> ids, std::size_t term_count) {
    std::vector<std::int64_t> document_frequency(term_count);
    for (std::size_t i = 0; i < counts.statistics.document_frequency.size(); ++i) {
        document_frequency[static_cast<std::size_t>(ids[i])] = counts.statistics.document_frequency[i];
    }
    counts.statistics.document_frequency = std::move(document_frequency);
    for (auto& index : counts.indices) index = ids[static_cast<std::size_t>(index)];
}

}  // namespace

TextCounter::TextCounter(const Pipeline& pipeline, Vocabulary& vocabulary, Unseen unseen, Rows rows, Threads threads)
    : pipeline_(pipeline), vocabulary_(&vocabulary), unseen_(unseen), rows_(rows), threads_(threads) {}

TextCounter::~TextCounter() = default;

void TextCounter::add(const Documents& documents) {
    const auto ends = cut(documents);
    const std::size_t first_task = tasks_.size();
    tasks_.resize(first_task + ends.size());
    while (workers_.size() < worker_count(threads_, ends.size())) {
        workers_.push_back(
            std::make_unique<Worker>(pipeline_, unseen_ == Unseen::Ignore ? vocabulary_ : nullptr, rows_));
    }
    parallel_for(threads_, ends.size(), [&](std::size_t worker, std::size_t task) {
        const std::size_t begin = task == 0 ? 0 : ends[task - 1];
        tasks_[first_task + task] = {static_cast<std::uint32_t>(worker),
                                     static_cast<std::uint32_t>(ends[task] - begin)};
        workers_[worker]->count(documents, begin, ends[task], document_count_ + begin);
    });
    document_count_ += documents.size();
    if (rows_ == Rows::Drop) tasks_.clear();
}

// A worker's terms ascend by the document in which it met them, and what one document brought first was met by
// one worker, in order. So taking, again and again, the terms of the earliest document gives the order of first
// occurrence; a term taken before is one that another worker met later. Of the result, [w][i] is the id of the
// i-th term of worker w.
std::vector<std::vector<std::int32_t>> TextCounter::append_vocabularies() {
    constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
    std::vector<std::vector<std::int32_t>> ids(workers_.size());
    const auto next_document = [&](std::size_t w) {
        const auto& first = workers_[w]->first_documents();
        return ids[w].size() < first.size() ? first[ids[w].size()] : none;
    };
    for (;;) {
        std::size_t earliest = 0;
        for (std::size_t w = 1; w < workers_.size(); ++w) {
            if (next_document(w) < next_document(earliest)) earliest = w;
        }
        const std::uint64_t document = next_document(earliest);
        if (document == none) return ids;
        while (next_document(earliest) == document) {
            const TermId id{static_cast<std::uint32_t>(ids[earliest].size())};
            const auto added = vocabulary_->add(workers_[earliest]->vocabulary().term(id));
            ids[earliest].push_back(static_cast<std::int32_t>(added.id));
        }
    }
}

// The workers' counts as one, rows back in document order.
Counts TextCounter::join(std::vector<Counts> parts) const {
    Counts whole;
    std::size_t entries = 0;
    for (const Counts& part : parts) {
        whole.statistics.merge(part.statistics);
        entries += part.indices.size();
    }
    if (rows_ == Rows::Drop) return whole;
    whole.document_lengths.reserve(document_count_);
    whole.indptr.reserve(document_count_ + 1);
    whole.indices.reserve(entries);
    whole.term_frequencies.reserve(entries);

    whole.indptr.push_back(0);
    std::vector<std::size_t> next_row(parts.size());
    for (const Task task : tasks_) {
        const Counts& part = parts[task.worker];
        std::size_t& row = next_row[task.worker];
        const auto begin = part.indptr[row];
        const auto end = part.indptr[row + task.document_count];
        const auto shift = static_cast<std::int64_t>(whole.indices.size()) - begin;
        whole.indices.insert(whole.indices.end(), part.indices.begin() + begin, part.indices.begin() + end);
        whole.term_frequencies.insert(whole.term_frequencies.end(), part.term_frequencies.begin() + begin,
                                      part.term_frequencies.begin() + end);
        for (std::size_t i = 0; i < task.document_count; ++i, ++row) {
            whole.document_lengths.push_back(part.document_lengths[row]);
            whole.indptr.push_back(part.indptr[row + 1] + shift);
        }
    }
    return whole;
}

Counts TextCounter::finish(RowOrder order) && {
    if (workers_.empty()) add({});  // no text at all: the counts of nothing
    std::vector<Counts> parts;
    parts.reserve(workers_.size());
    for (auto& worker : workers_) parts.push_back(std::move(*worker).finish());
    if (unseen_ == Unseen::Append && workers_.size() == 1 && vocabulary_->size() == 0) {
        *vocabulary_ = std::move(workers_[0]->vocabulary());  // its ids are the final ones
    } else if (unseen_ == Unseen::Append) {
        const auto ids = append_vocabularies();
        for (std::size_t w = 0; w < parts.size(); ++w) rename_terms(parts[w], ids[w], vocabulary_->size());
    }
    Counts counts = parts.size() == 1 ? std::move(parts[0]) : join(std::move(parts));
    counts.statistics.document_frequency.resize(vocabulary_->size());
    if (order == RowOrder::ById) sort_rows(counts, threads_);
    return counts;
}

}  // namespace sprat

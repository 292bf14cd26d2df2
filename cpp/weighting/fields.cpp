#include "weighting/fields.hpp"

#include <limits>
#include <string>

#include "core/csr.hpp"
#include "core/error.hpp"

namespace sprat {
namespace {

void require(bool holds, const std::string& message) {
    if (!holds) throw Error{ErrorCode::InvalidArgument, message};
}

void check(const TermFrequencies& rows, std::size_t field_count) {
    check_indptr(rows.indptr, rows.indices.size());
    require(field_count > 0 && (rows.indptr.size() - 1) % field_count == 0,
            "rows must be whole documents of " + std::to_string(field_count) + " fields, got " +
                std::to_string(rows.indptr.size() - 1));
}

constexpr std::int32_t no_term = std::numeric_limits<std::int32_t>::max();

// The rows of one document, read side by side by ascending term.
class Document {
  public:
    Document(const TermFrequencies& rows, std::span<const Field> fields)
        : rows_(rows), fields_(fields), heads_(fields.size()), pivots_(fields.size()) {}

    void start(std::size_t number) {
        first_row_ = number * fields_.size();
        for (std::size_t f = 0; f < fields_.size(); ++f) {
            heads_[f] = static_cast<std::size_t>(rows_.indptr[first_row_ + f]);
            pivots_[f] = fields_[f].pivot(static_cast<double>(rows_.document_lengths[first_row_ + f]));
        }
    }

    // The least term not yet taken; no_term if there is none.
    [[nodiscard]] std::int32_t next() const {
        std::int32_t term = no_term;
        for (std::size_t f = 0; f < fields_.size(); ++f) {
            if (heads_[f] < end(f) && rows_.indices[heads_[f]] < term) term = rows_.indices[heads_[f]];
        }
        return term;
    }

    template <class Variant>
    double take(std::int32_t term, const Bm25Parameters& parameters) {
        std::size_t held = 0;
        double alone = 0;
        double pivot = 1;
        double together = 0;
        for (std::size_t f = 0; f < fields_.size(); ++f) {
            if (heads_[f] == end(f) || rows_.indices[heads_[f]] != term) continue;
            ++held;
            alone = fields_[f].weight * rows_.term_frequencies[heads_[f]++];
            pivot = pivots_[f];
            together += alone / pivot;
        }
        return held == 1 ? Variant::tf(alone, pivot, parameters) : Variant::tf(together, 1, parameters);
    }

  private:
    [[nodiscard]] std::size_t end(std::size_t f) const {
        return static_cast<std::size_t>(rows_.indptr[first_row_ + f + 1]);
    }

    const TermFrequencies& rows_;
    std::span<const Field> fields_;
    std::vector<std::size_t> heads_;  // by field, its next entry
    std::vector<double> pivots_;
    std::size_t first_row_ = 0;
};

// Before any work: behind it Document relies on ascending terms.
void check(const TermFrequencies& rows, std::span<const Field> fields) {
    check(rows, fields.size());
    require(rows.term_frequencies.size() == rows.indices.size(), "length of term_frequencies must be " +
                                                                     std::to_string(rows.indices.size()) + ", got " +
                                                                     std::to_string(rows.term_frequencies.size()));
    require(rows.document_lengths.size() == rows.indptr.size() - 1,
            "length of document_lengths must be " + std::to_string(rows.indptr.size() - 1) + ", got " +
                std::to_string(rows.document_lengths.size()));
    for (std::size_t row = 0; row + 1 < rows.indptr.size(); ++row) {
        const std::size_t f = row % fields.size();
        std::int64_t above = -1;
        for (auto i = static_cast<std::size_t>(rows.indptr[row]); i < static_cast<std::size_t>(rows.indptr[row + 1]);
             ++i) {
            require(rows.indices[i] > above && rows.indices[i] != no_term,
                    "indices[" + std::to_string(i) + "] must be above " + std::to_string(above) + ", got " +
                        std::to_string(rows.indices[i]));
            above = rows.indices[i];
        }
        require(above < 0 || fields[f].average_length > 0, "average_length of field " + std::to_string(f) +
                                                               " must be positive, got " +
                                                               std::to_string(fields[f].average_length));
    }
}

template <class Variant>
FieldedRows weigh(const TermFrequencies& rows, std::span<const Field> fields, const Bm25Parameters& parameters) {
    FieldedRows result;
    result.indptr.push_back(0);
    Document document(rows, fields);
    for (std::size_t number = 0; (number + 1) * fields.size() < rows.indptr.size(); ++number) {
        document.start(number);
        for (std::int32_t term = document.next(); term != no_term; term = document.next()) {
            result.indices.push_back(term);
            result.weights.push_back(static_cast<float>(document.take<Variant>(term, parameters)));
        }
        result.indptr.push_back(static_cast<std::int64_t>(result.indices.size()));
    }
    return result;
}

}  // namespace

std::vector<std::int64_t> fielded_document_frequency(const TermFrequencies& rows, std::size_t field_count,
                                                     std::int64_t term_count) {
    check(rows, field_count);
    check_indices(rows.indices, term_count);
    std::vector<std::int64_t> document_frequency(static_cast<std::size_t>(term_count));
    std::vector<std::size_t> last(document_frequency.size());  // 1 + the last document that held the term
    for (std::size_t number = 0; (number + 1) * field_count < rows.indptr.size(); ++number) {
        const auto end = static_cast<std::size_t>(rows.indptr[(number + 1) * field_count]);
        for (auto i = static_cast<std::size_t>(rows.indptr[number * field_count]); i < end; ++i) {
            const auto term = static_cast<std::size_t>(rows.indices[i]);
            if (last[term] == number + 1) continue;
            last[term] = number + 1;
            ++document_frequency[term];
        }
    }
    return document_frequency;
}

FieldedRows fielded_weights(TfPart part, const TermFrequencies& rows, std::span<const Field> fields, double k1) {
    check(rows, fields);
    const Bm25Parameters parameters{k1, 0, 0, 1};
    if (part == TfPart::Okapi) return weigh<Okapi>(rows, fields, parameters);
    require(part == TfPart::Lucene, "BM25F goes with Okapi's and Lucene's tf part only");
    return weigh<Lucene>(rows, fields, parameters);
}

}  // namespace sprat

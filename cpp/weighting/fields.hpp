// BM25F: "what is a term worth that stands in several fields of a document?"
//
// The occurrences in all fields are added up, each weighted and set against the length of its field, before they
// saturate. Sources: S. Robertson, H. Zaragoza, M. Taylor, "Simple BM25 Extension to Multiple Weighted Fields", CIKM
// 2004; with a b for each field, H. Zaragoza et al., "Microsoft Cambridge at TREC-13", TREC 2004:
//
//   c = sum over fields f of weight_f tf_f / (1 - b_f + b_f dl_f / avgdl_f)      tf part of c, for a pivot of 1
//
// A document is as many consecutive rows as there are fields, in the order of the fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weighting/bm25.hpp"

namespace sprat {

struct Field {
    double weight;
    double b;
    double average_length;  // over all documents, those without the field included

    [[nodiscard]] double pivot(double length) const { return Bm25Parameters{0, b, 0, average_length}.pivot(length); }
};

// By term id, in how many documents it stands, in whichever field.
// Throws Error{InvalidArgument} if the rows are not whole documents, or an index is not in [0, term_count).
[[nodiscard]] std::vector<std::int64_t> fielded_document_frequency(const TermFrequencies& rows, std::size_t field_count,
                                                                   std::int64_t term_count);

struct FieldedRows {
    std::vector<std::int64_t> indptr;
    std::vector<std::int32_t> indices;  // ascending in each document
    std::vector<float> weights;
};

// The document side. A term that stands in one field only weighs, to the last bit, what BM25 gives weight_f tf_f
// occurrences in a document of that field's length.
// Throws Error{InvalidArgument} if the rows are not whole documents, do not ascend, or hold a term of a field whose
// average length is not positive, or if `part` is not Okapi's or Lucene's.
[[nodiscard]] FieldedRows fielded_weights(TfPart part, const TermFrequencies& rows, std::span<const Field> fields,
                                          double k1);

}  // namespace sprat

#include "search/scored_postings.hpp"

#include <algorithm>
#include <string>

#include "core/csr.hpp"
#include "core/error.hpp"

namespace sprat {

template <class Number>
ScoredPostings<Number>::ScoredPostings(std::span<const std::int64_t> indptr, std::span<const std::int32_t> documents,
                                       std::span<const Number> contributions, std::size_t document_count)
    : indptr_(indptr), documents_(documents), contributions_(contributions), document_count_(document_count) {
    check_indptr(indptr, documents.size());
    if (contributions.size() != documents.size()) {
        refuse("length of contributions", std::to_string(documents.size()), std::to_string(contributions.size()));
    }
    for (std::size_t term = 0; term + 1 < indptr.size(); ++term) {
        std::int64_t above = -1;
        for (auto i = static_cast<std::size_t>(indptr[term]); i < static_cast<std::size_t>(indptr[term + 1]); ++i) {
            if (documents[i] <= above || static_cast<std::size_t>(documents[i]) >= document_count) {
                refuse("documents[" + std::to_string(i) + "] (term " + std::to_string(term) + ")",
                       "in [" + std::to_string(above + 1) + ", " + std::to_string(document_count) + ")",
                       std::to_string(documents[i]));
            }
            above = documents[i];
        }
    }
}

template <class Number>
std::vector<Number> ScoredPostings<Number>::scores(std::span<const std::int64_t> terms,
                                                   std::span<const Number> absent) const {
    if (!absent.empty() && absent.size() != terms.size()) {
        refuse("length of absent", "0 or " + std::to_string(terms.size()), std::to_string(absent.size()));
    }
    check(terms);
    std::vector<Number> scores(document_count_);
    std::vector<Number> held;
    for (std::size_t t = 0; t < terms.size(); ++t) {
        const auto first = static_cast<std::size_t>(indptr_[static_cast<std::size_t>(terms[t])]);
        const auto end = static_cast<std::size_t>(indptr_[static_cast<std::size_t>(terms[t]) + 1]);
        const auto score = [&](std::size_t i) -> Number& { return scores[static_cast<std::size_t>(documents_[i])]; };
        if (absent.empty()) {
            for (std::size_t i = first; i < end; ++i) score(i) += contributions_[i];
            continue;
        }
        // Those that hold the term are set aside while all others are raised, so that each gets one addition.
        held.resize(end - first);
        for (std::size_t i = first; i < end; ++i) held[i - first] = score(i) + contributions_[i];
        for (Number& value : scores) value += absent[t];
        for (std::size_t i = first; i < end; ++i) score(i) = held[i - first];
    }
    return scores;
}

template <class Number>
std::vector<Number> ScoredPostings<Number>::scores_of(std::span<const std::int64_t> queries,
                                                      std::span<const std::int64_t> terms,
                                                      std::span<const std::int64_t> documents) const {
    check_indptr(queries, terms.size());
    check(terms);
    const std::size_t query_count = queries.size() - 1;
    const std::size_t k = query_count == 0 ? 0 : documents.size() / query_count;
    if (documents.size() != query_count * k) {
        refuse("length of documents", "a multiple of " + std::to_string(query_count), std::to_string(documents.size()));
    }
    for (std::size_t i = 0; i < documents.size(); ++i) {
        if (documents[i] < 0 || static_cast<std::size_t>(documents[i]) >= document_count_) {
            refuse("documents[" + std::to_string(i) + "]", "in [0, " + std::to_string(document_count_) + ")",
                   std::to_string(documents[i]));
        }
    }
    std::vector<Number> scores(documents.size());
    for (std::size_t query = 0; query < query_count; ++query) {
        for (auto t = static_cast<std::size_t>(queries[query]); t < static_cast<std::size_t>(queries[query + 1]); ++t) {
            const auto held = documents_of(terms[t]);
            for (std::size_t i = query * k; i < (query + 1) * k; ++i) {
                const auto place = std::lower_bound(held.begin(), held.end(), documents[i]);
                if (place == held.end() || *place != documents[i]) continue;
                scores[i] += contributions_[static_cast<std::size_t>(&*place - documents_.data())];
            }
        }
    }
    return scores;
}

template <class Number>
void ScoredPostings<Number>::check(std::span<const std::int64_t> terms) const {
    const auto term_count = static_cast<std::int64_t>(indptr_.size()) - 1;
    for (std::size_t t = 0; t < terms.size(); ++t) {
        if (terms[t] < 0 || terms[t] >= term_count) {
            refuse("terms[" + std::to_string(t) + "]", "in [0, " + std::to_string(term_count) + ")",
                   std::to_string(terms[t]));
        }
    }
}

template <class Number>
std::span<const std::int32_t> ScoredPostings<Number>::documents_of(std::int64_t term) const {
    const auto first = static_cast<std::size_t>(indptr_[static_cast<std::size_t>(term)]);
    return documents_.subspan(first, static_cast<std::size_t>(indptr_[static_cast<std::size_t>(term) + 1]) - first);
}

template class ScoredPostings<float>;
template class ScoredPostings<double>;

}  // namespace sprat

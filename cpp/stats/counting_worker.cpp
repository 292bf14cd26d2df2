#include "stats/counting_worker.hpp"

namespace sprat {
namespace {

template <class Encoder>
Encoder encoder_into(const Analyzer& analyzer, const Vocabulary* known, Vocabulary& own) {
    return known != nullptr ? Encoder(analyzer, *known) : Encoder(analyzer, own);
}

}  // namespace

TextCounter::Worker::Worker(const Pipeline& pipeline, const Vocabulary* known, Rows rows)
    : pipeline_(pipeline),
      counter_(rows),
      encoder_(pipeline.map != nullptr ? DocumentEncoder(*pipeline.analyzer, forms_)
                                       : encoder_into<DocumentEncoder>(*pipeline.analyzer, known, vocabulary_)) {
    if (pipeline.map != nullptr) then_.emplace(encoder_into<TermEncoder>(*pipeline.then, known, vocabulary_));
}

void TextCounter::Worker::count(const Documents& documents, std::size_t begin, std::size_t end,
                                std::uint64_t first_number) {
    if (pipeline_.map != nullptr) return count_mapped(documents, begin, end, first_number);
    for (std::size_t i = begin; i < end; ++i) {
        counter_.add(encoder_.encode(documents[i]));
        first_documents_.resize(vocabulary_.size(), first_number + (i - begin));
    }
}

// All documents are taken apart first, so that the map is asked once for what is new in them.
void TextCounter::Worker::count_mapped(const Documents& documents, std::size_t begin, std::size_t end,
                                       std::uint64_t first_number) {
    std::vector<std::uint32_t> forms;
    std::vector<std::size_t> ends;
    for (std::size_t i = begin; i < end; ++i) {
        const auto& ids = encoder_.encode(documents[i]);
        forms.insert(forms.end(), ids.begin(), ids.end());
        ends.push_back(forms.size());
        forms_first_documents_.resize(forms_.size(), first_number + (i - begin));
    }
    map_new_forms();
    std::size_t at = 0;
    for (const std::size_t document_end : ends) {
        terms_.clear();
        for (; at < document_end; ++at) {
            const auto [value, count] = form_terms_[forms[at]];
            if (count == 1) {
                terms_.push_back(value);
            } else {
                const auto first = pool_.begin() + value;
                terms_.insert(terms_.end(), first, first + count);
            }
        }
        counter_.add(terms_);
    }
}

void TextCounter::Worker::map_new_forms() {
    std::vector<std::string_view> unmapped;
    for (std::size_t form = form_terms_.size(); form < forms_.size(); ++form) {
        unmapped.push_back(forms_.term(TermId{static_cast<std::uint32_t>(form)}));
    }
    if (unmapped.empty()) return;
    for (const auto& token : (*pipeline_.map)(unmapped)) {
        FormTerms terms{static_cast<std::uint32_t>(pool_.size()), 0};
        if (token) {
            const auto& ids = then_->encode_token(*token);
            terms.count = static_cast<std::uint32_t>(ids.size());
            if (ids.size() == 1) {
                terms.value = ids[0];
            } else {
                pool_.insert(pool_.end(), ids.begin(), ids.end());
            }
        }
        first_documents_.resize(vocabulary_.size(), forms_first_documents_[form_terms_.size()]);
        form_terms_.push_back(terms);
    }
}

}  // namespace sprat

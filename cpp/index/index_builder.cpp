#include "index/index_builder.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace sprat {
namespace {

constexpr std::size_t terms_per_task = 256;

template <class T>
T* section(std::byte* block, const SectionOffsets& offsets, SectionName name) noexcept {
    return reinterpret_cast<T*>(block + offsets[static_cast<std::size_t>(name)]);
}

Layout layout_of(std::uint32_t flags) noexcept { return static_cast<Layout>(flags & 3U); }

// A gap of more than 255 is bridged by this many fillers.
std::uint32_t fillers_before(std::uint32_t gap) noexcept { return gap == 0 ? 0 : (gap - 1) / 255; }

template <class T>
void copy_to(std::byte* block, const SectionOffsets& offsets, SectionName name, std::span<const T> values) {
    if (!values.empty()) std::memcpy(section<T>(block, offsets, name), values.data(), values.size_bytes());
}

}  // namespace

IndexBuilder::IndexBuilder(const Transposed& postings, const ImpactCodes& codes, const Shape& shape, Threads threads)
    : postings_(postings), codes_(codes), shape_(shape), threads_(threads) {}

// Few postings are shorter with whole document numbers than with a table of windows.
bool IndexBuilder::is_wide(std::uint64_t postings) const noexcept {
    return postings < std::min<std::uint64_t>(shape_.window_count() + 16, wide_length_bits >> 1U);
}

IndexBuilder::Parts IndexBuilder::measure(std::size_t term) const {
    Parts parts;
    for (const Posting& posting : postings_.of(term)) {
        Part& part = codes_.code(posting.impact) >= 0 ? parts.coded : parts.raw;
        const std::uint32_t window = posting.document >> shape_.window_bits << shape_.window_bits;
        part.fillers += fillers_before(posting.document - std::max(part.last, window));
        part.last = posting.document;
        ++part.postings;
    }
    return parts;
}

InvertedIndex IndexBuilder::build(std::span<const std::int64_t> columns) {
    const std::size_t tasks = (term_count() + terms_per_task - 1) / terms_per_task;
    const auto for_each_term = [&](auto&& work) {
        parallel_for(threads_, tasks, [&](std::size_t, std::size_t task) {
            const std::size_t end = std::min(term_count(), (task + 1) * terms_per_task);
            for (std::size_t term = task * terms_per_task; term < end; ++term) work(term);
        });
    };
    std::vector<Parts> parts(term_count());
    for_each_term([&](std::size_t term) { parts[term] = measure(term); });
    slots_.resize(term_count());
    for (std::size_t term = 0; term < term_count(); ++term) place(parts[term], slots_[term]);

    const SectionSizes sizes{sizeof(ImpactTable),
                             columns.size_bytes(),
                             slots_.size() * sizeof(std::uint32_t),
                             lists_.size() * sizeof(ListHeader),
                             row_count_ * shape_.window_count() * sizeof(std::uint16_t),
                             documents_bytes_,
                             code_count_,
                             impact_count_ * sizeof(float),
                             wide_count_ * sizeof(std::uint32_t),
                             0};
    offsets_ = section_offsets(sizes);
    InvertedIndex index;
    index.shape_ = shape_;
    index.built_ = std::make_unique_for_overwrite<std::byte[]>(offsets_.back());
    std::byte* const block = index.built_.get();
    copy_to<float>(block, offsets_, SectionName::CodedImpacts, codes_.impacts());
    copy_to<std::int64_t>(block, offsets_, SectionName::Columns, columns);
    copy_to<std::uint32_t>(block, offsets_, SectionName::Slots, slots_);
    copy_to<ListHeader>(block, offsets_, SectionName::Lists, lists_);
    *section<std::uint32_t>(block, offsets_, SectionName::Wide) = 0;
    for_each_term([&](std::size_t term) { write(term, slots_[term], block); });
    index.sections_ = sections_in({block, static_cast<std::size_t>(offsets_.back())}, sizes);
    return index;
}

void IndexBuilder::place(const Parts& parts, std::uint32_t& slot) {
    const std::uint64_t postings = std::uint64_t{parts.coded.postings} + parts.raw.postings;
    if (postings == 0) {
        slot = 0;
        return;
    }
    std::uint64_t number = lists_.size();
    if (is_wide(postings)) {
        number = place_wide(static_cast<std::uint32_t>(postings), parts.raw.postings == 0);
    } else {
        if (parts.coded.postings != 0) place_list(parts.coded, true);
        if (parts.raw.postings != 0) place_list(parts.raw, false);
        for (std::size_t i = number; i + 1 < lists_.size(); ++i) lists_[i].flags |= more_flag;
    }
    if (number >= windowed_slot) {
        throw Error{ErrorCode::InvalidArgument,
                    "an index must have fewer than 2^31 rare postings, got more; add the "
                    "documents in several parts"};
    }
    slot = static_cast<std::uint32_t>(number) | (is_wide(postings) ? 0 : windowed_slot);
}

void IndexBuilder::place_list(const Part& part, bool coded) {
    ListHeader header{0, 0, part.postings, 0, 0, coded ? coded_flag : 0U};
    if (is_wide(part.postings)) {
        header.flags |= static_cast<std::uint32_t>(Layout::Wide);
        header.documents_at = place_wide(part.postings, coded);
        lists_.push_back(header);
        return;
    }
    header.row = static_cast<std::uint32_t>(row_count_++);
    const bool gaps = std::uint64_t{part.fillers} * (coded ? 4 : 8) <= part.postings;
    header.flags |= static_cast<std::uint32_t>(gaps ? Layout::Gaps : Layout::Local);
    if (gaps) header.entry_count += part.fillers;
    header.documents_at = documents_bytes_;
    documents_bytes_ += gaps ? (std::uint64_t{header.entry_count} + 1) / 2 * 2 : std::uint64_t{header.entry_count} * 2;
    std::uint64_t& impacts = coded ? code_count_ : impact_count_;
    header.impacts_at = impacts;
    impacts += header.entry_count;
    lists_.push_back(header);
}

std::uint64_t IndexBuilder::place_wide(std::uint32_t postings, bool coded) {
    const std::uint64_t at = wide_count_;
    wide_count_ += wide_words(postings, coded);
    return at;
}

void IndexBuilder::write(std::size_t term, std::uint32_t slot, std::byte* block) const {
    const auto postings = postings_.of(term);
    if (postings.empty()) return;
    if ((slot & windowed_slot) == 0) {
        const bool coded = std::all_of(postings.begin(), postings.end(),
                                       [&](const Posting& posting) { return codes_.code(posting.impact) >= 0; });
        write_wide(postings, slot, coded, true, block);
        return;
    }
    for (std::size_t number = slot & ~windowed_slot;; ++number) {
        const ListHeader& header = lists_[number];
        if (layout_of(header.flags) == Layout::Wide) {
            write_wide(postings, header.documents_at, (header.flags & coded_flag) != 0, false, block);
        } else {
            write_windowed(postings, header, block);
        }
        if ((header.flags & more_flag) == 0) return;
    }
}

void IndexBuilder::write_windowed(std::span<const Posting> postings, const ListHeader& header, std::byte* block) const {
    const bool coded = (header.flags & coded_flag) != 0;
    const bool gaps = layout_of(header.flags) == Layout::Gaps;
    const auto windows = static_cast<std::size_t>(shape_.window_count());
    auto* const counts = section<std::uint16_t>(block, offsets_, SectionName::WindowCounts) + header.row * windows;
    auto* const documents = section<std::uint8_t>(block, offsets_, SectionName::Documents) + header.documents_at;
    auto* const codes = section<std::uint8_t>(block, offsets_, SectionName::Codes) + header.impacts_at;
    auto* const impacts = section<float>(block, offsets_, SectionName::Impacts) + header.impacts_at;
    std::fill_n(counts, windows, std::uint16_t{0});

    std::size_t entry = 0;
    const auto put = [&](std::uint32_t window, std::uint32_t position, int code, float impact) {
        if (gaps) {
            documents[entry] = static_cast<std::uint8_t>(position);
        } else {
            const auto local = static_cast<std::uint16_t>(position);
            std::memcpy(documents + 2 * entry, &local, sizeof local);
        }
        if (coded) {
            codes[entry] = static_cast<std::uint8_t>(code);
        } else {
            impacts[entry] = impact;
        }
        ++counts[window];
        ++entry;
    };
    std::uint32_t last = 0;
    for (const Posting& posting : postings) {
        const int code = codes_.code(posting.impact);
        if ((code >= 0) != coded) continue;
        const std::uint32_t window = posting.document >> shape_.window_bits;
        const std::uint32_t first = window << shape_.window_bits;
        std::uint32_t position = posting.document - (gaps ? std::max(last, first) : first);
        for (; gaps && position > 255; position -= 255)
            put(window, 255, filler_code, std::bit_cast<float>(filler_bits));
        put(window, position, code, posting.impact);
        last = posting.document;
    }
    if (gaps && entry % 2 != 0) documents[entry] = 0;  // every list begins at an even byte
}

void IndexBuilder::write_wide(std::span<const Posting> postings, std::uint64_t at, bool coded, bool all,
                              std::byte* block) const {
    auto* const words = section<std::uint32_t>(block, offsets_, SectionName::Wide) + at;
    const auto chosen = [&](const Posting& posting) { return all || (codes_.code(posting.impact) >= 0) == coded; };
    const auto count = static_cast<std::size_t>(std::count_if(postings.begin(), postings.end(), chosen));
    words[0] = static_cast<std::uint32_t>(count << 1U) | (coded ? 1U : 0U);
    std::uint32_t* const documents = words + 1 + (coded ? wide_code_words(count) : 0);
    std::uint32_t* const impacts = documents + count;
    std::fill(words + 1, documents, 0U);
    auto* const codes = reinterpret_cast<std::uint8_t*>(words) + 3;
    std::size_t entry = 0;
    for (const Posting& posting : postings) {
        if (!chosen(posting)) continue;
        documents[entry] = posting.document;
        if (coded) {
            codes[entry] = static_cast<std::uint8_t>(codes_.code(posting.impact));
        } else {
            impacts[entry] = std::bit_cast<std::uint32_t>(posting.impact);
        }
        ++entry;
    }
}

}  // namespace sprat

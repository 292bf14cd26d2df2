#include "index/inverted_index.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "core/error.hpp"
#include "index/index_builder.hpp"

namespace sprat {
namespace {

// Scores of a window should stay in the second level cache, those of short queries in the first; a list should have
// many postings in a window. Vectors whose impacts have no codes come with long queries.
std::uint32_t window_bits_for(std::uint64_t documents, bool coded) noexcept {
    return coded && documents <= (1U << 19U) ? 13 : 14;
}

// Throws Error{Corrupt} unless each posting of a windowed list is where it may be.
void check_windows(const PostingList& list, const Shape& shape) {
    std::size_t i = 0;
    const std::uint64_t size = std::uint64_t{1} << shape.window_bits;
    for (std::uint64_t window = 0; window < shape.window_count(); ++window) {
        const std::size_t end = i + load_at<std::uint16_t>(list.window_counts, static_cast<std::size_t>(window));
        if (end > list.entry_count) corrupt("a list has more entries in its windows than in all");
        const auto limit =
            static_cast<std::int64_t>(std::min(size, shape.document_count - (window << shape.window_bits)));
        std::int64_t last = -1;
        for (; i < end; ++i) {
            const std::int64_t position =
                list.layout == Layout::Gaps ? std::max<std::int64_t>(last, 0) + load_at<std::uint8_t>(list.documents, i)
                                            : load_at<std::uint16_t>(list.documents, i);
            if (position <= last || position >= limit) corrupt("a posting is out of place in its window");
            last = position;
        }
    }
    if (i != list.entry_count) corrupt("a list has fewer entries in its windows than in all");
}

}  // namespace

Sections sections_in(std::span<const std::byte> block, const SectionSizes& sizes) {
    const SectionOffsets offsets = section_offsets(sizes);
    const auto part = [&]<class T>(SectionName name, T) {
        const auto i = static_cast<std::size_t>(name);
        return std::span<const T>(reinterpret_cast<const T*>(block.data() + offsets[i]),
                                  static_cast<std::size_t>(sizes[i] / sizeof(T)));
    };
    return {part(SectionName::CodedImpacts, float{}),         part(SectionName::Columns, std::int64_t{}),
            part(SectionName::Slots, std::uint32_t{}),        part(SectionName::Lists, ListHeader{}),
            part(SectionName::WindowCounts, std::uint16_t{}), part(SectionName::Documents, std::byte{}),
            part(SectionName::Codes, std::uint8_t{}),         part(SectionName::Impacts, float{}),
            part(SectionName::Wide, std::uint32_t{}),         part(SectionName::Removed, std::uint64_t{}),
            part(SectionName::Checksums, std::uint32_t{})};
}

InvertedIndex InvertedIndex::build(const CsrView& documents, std::span<const std::int64_t> columns,
                                   std::uint64_t column_count, Threads threads, std::uint32_t window_bits) {
    if (documents.rows() > max_document_count) {
        refuse("documents", "at most " + std::to_string(max_document_count), std::to_string(documents.rows()));
    }
    if (window_bits != 0 && (window_bits < 6 || window_bits > 15)) {
        refuse("window_bits", "0, or 6 to 15", std::to_string(window_bits));
    }
    if (!columns.empty() && columns.size() != static_cast<std::size_t>(documents.columns)) {
        refuse("columns", std::to_string(documents.columns), std::to_string(columns.size()));
    }
    if (std::ranges::adjacent_find(columns, std::greater_equal<>()) != columns.end()) {
        throw Error{ErrorCode::InvalidArgument, "columns must ascend"};
    }
    Shape shape;
    shape.document_count = documents.rows();
    shape.column_count = column_count;
    shape.term_count = static_cast<std::uint64_t>(documents.columns);
    shape.posting_count = documents.indices.size();
    shape.negative = std::any_of(documents.data.begin(), documents.data.end(), [](float weight) { return weight < 0; });
    const Transposed postings = transpose(documents, threads);
    const ImpactCodes codes = ImpactCodes::choose(documents.data);
    shape.window_bits = window_bits == 0 ? window_bits_for(shape.document_count, codes.any()) : window_bits;
    return IndexBuilder(postings, codes, shape, threads).build(columns);
}

void InvertedIndex::append_lists(std::int64_t column, std::vector<PostingList>& lists) const {
    const auto& columns = sections_.columns;
    if (columns.empty()) {
        if (static_cast<std::uint64_t>(column) < shape_.term_count) {
            append_lists_of_term(static_cast<std::size_t>(column), lists);
        }
        return;
    }
    // Columns ascend, so two neighbours that are right on either side say that this is the place.
    const auto found =
        static_cast<std::size_t>(std::lower_bound(columns.begin(), columns.end(), column) - columns.begin());
    const bool is_place =
        (found == 0 || column_of(found - 1) < column) && (found == columns.size() || column_of(found) >= column);
    if (!is_place) corrupt("its columns do not ascend");
    if (found == columns.size() || columns[found] != column) return;
    append_lists_of_term(found, lists);
}

const float* InvertedIndex::coded_impacts() const {
    checksums_.check(SectionName::CodedImpacts, 0, sections_.coded_impacts.size_bytes());
    return sections_.coded_impacts.data();
}

std::span<const std::uint64_t> InvertedIndex::removed() const {
    checksums_.check(SectionName::Removed, 0, sections_.removed.size_bytes());
    const std::uint64_t over = shape_.document_count % 64;
    if (over != 0 && !sections_.removed.empty() && sections_.removed.back() >> over != 0) {
        corrupt("a document is removed that is not there");
    }
    return sections_.removed;
}

std::int64_t InvertedIndex::column_of(std::size_t term) const {
    if (sections_.columns.empty()) return static_cast<std::int64_t>(term);
    checksums_.check(SectionName::Columns, term * sizeof(std::int64_t), sizeof(std::int64_t));
    return sections_.columns[term];
}

void InvertedIndex::append_lists_of_term(std::size_t term, std::vector<PostingList>& lists) const {
    checksums_.check(SectionName::Slots, term * sizeof(std::uint32_t), sizeof(std::uint32_t));
    const std::uint32_t slot = sections_.slots[term];
    if ((slot & windowed_slot) == 0) {
        const PostingList list = wide(slot);
        if (list.entry_count != 0) lists.push_back(list);
        return;
    }
    const std::size_t first = slot & ~windowed_slot;
    for (std::size_t number = first;; ++number) {
        if (number >= sections_.lists.size()) corrupt("a term's list is not there");
        checksums_.check(SectionName::Lists, number * sizeof(ListHeader), sizeof(ListHeader));
        const ListHeader& header = sections_.lists[number];
        const bool is_wide = static_cast<Layout>(header.flags & 3U) == Layout::Wide;
        lists.push_back(is_wide ? wide(static_cast<std::size_t>(header.documents_at)) : windowed(number));
        if ((header.flags & more_flag) == 0) return;
        if (number != first) corrupt("a term has more than two lists");
    }
}

PostingList InvertedIndex::wide(std::size_t at) const {
    const auto& words = sections_.wide;
    if (at >= words.size()) corrupt("a term's postings are not there");
    checksums_.check(SectionName::Wide, at * sizeof(std::uint32_t), sizeof(std::uint32_t));
    const bool coded = (words[at] & 1U) != 0;
    const std::uint32_t count = (words[at] & wide_length_bits) >> 1U;
    const std::uint64_t all = wide_words(count, coded);
    if (all > words.size() - at) corrupt("a term's postings are cut short");
    checksums_.check(SectionName::Wide, at * sizeof(std::uint32_t), all * sizeof(std::uint32_t));
    const auto documents = words.subspan(at + 1 + (coded ? wide_code_words(count) : 0), count);
    PostingList list;
    list.coded = coded;
    list.entry_count = count;
    list.documents = reinterpret_cast<const std::byte*>(documents.data());
    list.impacts =
        coded ? reinterpret_cast<const std::byte*>(words.data() + at) + 3 : list.documents + documents.size_bytes();
    if (checked_) {
        std::uint64_t least = 0;
        for (const std::uint32_t document : documents) {
            if (document < least || document >= shape_.document_count) corrupt("a posting is out of place");
            least = std::uint64_t{document} + 1;
        }
    }
    return list;
}

PostingList InvertedIndex::windowed(std::size_t number) const {
    const ListHeader& header = sections_.lists[number];
    const auto windows = static_cast<std::size_t>(shape_.window_count());
    PostingList list;
    list.layout = static_cast<Layout>(header.flags & 3U);
    list.coded = (header.flags & coded_flag) != 0;
    list.entry_count = header.entry_count;
    const bool unchecked = checked_ && !checked_[number].load(std::memory_order_acquire);
    if (unchecked) {
        const auto fits = [&](std::uint64_t at, std::uint64_t count, std::uint64_t size) {
            return at <= size && count <= size - at;
        };
        const std::uint64_t width = list.layout == Layout::Gaps ? 1 : 2;
        const std::uint64_t impacts = list.coded ? sections_.codes.size() : sections_.impacts.size();
        const std::uint64_t rows = windows == 0 ? 0 : sections_.window_counts.size() / windows;
        if (list.layout != Layout::Gaps && list.layout != Layout::Local) corrupt("a list has an unknown layout");
        if (!fits(header.documents_at, width * header.entry_count, sections_.documents.size()) ||
            !fits(header.impacts_at, header.entry_count, impacts) || header.row >= rows) {
            corrupt("a list is outside its section");
        }
        const std::uint64_t row_bytes = windows * sizeof(std::uint16_t);
        const std::uint64_t impact_bytes = list.coded ? 1 : sizeof(float);
        checksums_.check(SectionName::WindowCounts, header.row * row_bytes, row_bytes);
        checksums_.check(SectionName::Documents, header.documents_at, width * header.entry_count);
        checksums_.check(list.coded ? SectionName::Codes : SectionName::Impacts, header.impacts_at * impact_bytes,
                         header.entry_count * impact_bytes);
    }
    list.documents = sections_.documents.data() + header.documents_at;
    list.impacts = list.coded ? reinterpret_cast<const std::byte*>(sections_.codes.data() + header.impacts_at)
                              : reinterpret_cast<const std::byte*>(sections_.impacts.data() + header.impacts_at);
    list.window_counts = reinterpret_cast<const std::byte*>(sections_.window_counts.data() + header.row * windows);
    if (unchecked) {
        check_windows(list, shape_);
        checked_[number].store(true, std::memory_order_release);
    }
    return list;
}

}  // namespace sprat

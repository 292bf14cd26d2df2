// The file of an index: a header, then the sections as they are in memory. docs/formats.md gives every byte.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <tuple>
#include <vector>

#include "core/error.hpp"
#include "core/interruption.hpp"
#include "index/crc32.hpp"
#include "index/inverted_index.hpp"

namespace sprat {
namespace {

constexpr std::array<char, 8> file_magic{'\x89', 'S', 'P', 'R', 'A', 'T', 'I', 'X'};
constexpr std::uint32_t file_version = 1;  // written; the oldest that can be read is 1
constexpr std::uint32_t negative_flag = 1;

struct FileHeader {
    std::array<char, 8> magic;
    std::uint32_t version;
    std::uint32_t flags;
    std::uint64_t file_bytes;
    std::uint64_t document_count;
    std::uint64_t column_count;
    std::uint64_t term_count;
    std::uint64_t posting_count;
    std::uint32_t window_bits;
    std::uint32_t checksums_crc;  // of the section of checksums
    SectionSizes section_bytes;
    std::array<std::uint8_t, header_bytes - 64 - 8 * section_count - 4> zeros;
    std::uint32_t crc;  // of the bytes before; here in every version
};
static_assert(sizeof(FileHeader) == header_bytes);

std::span<const std::byte> before_crc(const FileHeader& header) {
    return std::as_bytes(std::span(&header, 1)).first(header_bytes - sizeof header.crc);
}

std::array<std::span<const std::byte>, section_count> bytes_of(const Sections& sections) {
    return {std::as_bytes(sections.coded_impacts), std::as_bytes(sections.columns),       std::as_bytes(sections.slots),
            std::as_bytes(sections.lists),         std::as_bytes(sections.window_counts), sections.documents,
            std::as_bytes(sections.codes),         std::as_bytes(sections.impacts),       std::as_bytes(sections.wide),
            std::as_bytes(sections.removed),       std::as_bytes(sections.checksums)};
}

FileHeader read_header(std::span<const std::byte> file) {
    FileHeader header{};
    if (file.size() < header_bytes) corrupt("it has " + std::to_string(file.size()) + " bytes, fewer than its header");
    std::memcpy(&header, file.data(), sizeof header);
    if (header.magic != file_magic) corrupt("it does not begin as an index does");
    if (header.crc != crc32(before_crc(header))) corrupt("the checksum of its header is wrong");
    if (header.version != file_version) {
        throw Error{ErrorCode::UnsupportedVersion, "index files of version " + std::to_string(file_version) +
                                                       " can be read, got " + std::to_string(header.version)};
    }
    if (header.file_bytes != file.size()) {
        corrupt("it must have " + std::to_string(header.file_bytes) + " bytes, got " + std::to_string(file.size()));
    }
    return header;
}

// That the header's checksum is right says that it was written so, not that a sane program wrote it.
void check_header(const FileHeader& header, const Shape& shape, const SectionSizes& sizes) {
    const auto size = [&](SectionName name) { return sizes[static_cast<std::size_t>(name)]; };
    for (const std::uint64_t bytes : sizes) {
        if (bytes > header.file_bytes) corrupt("a section is longer than the file");
    }
    const std::uint64_t removed = size(SectionName::Removed);
    const std::uint64_t columns = size(SectionName::Columns);
    const bool sane = section_offsets(sizes).back() == header.file_bytes &&
                      shape.document_count <= max_document_count && shape.window_bits >= 6 && shape.window_bits <= 15 &&
                      size(SectionName::CodedImpacts) == sizeof(ImpactTable) &&
                      size(SectionName::Slots) / sizeof(std::uint32_t) == shape.term_count &&
                      (columns == 0 || columns / sizeof(std::int64_t) == shape.term_count) &&
                      (removed == 0 || removed / sizeof(std::uint64_t) == (shape.document_count + 63) / 64) &&
                      size(SectionName::Checksums) == chunk_count(sizes) * sizeof(std::uint32_t);
    if (!sane) corrupt("its header contradicts itself");
}

}  // namespace

void InvertedIndex::write(int descriptor, std::span<const std::uint64_t> removed) const {
    checksums_.check_all();  // new ones would make damage pass for content
    Sections sections = sections_;
    sections.removed = removed;
    FileHeader header{};
    header.magic = file_magic;
    header.version = file_version;
    header.flags = shape_.negative ? negative_flag : 0;
    header.document_count = shape_.document_count;
    header.column_count = shape_.column_count;
    header.term_count = shape_.term_count;
    header.posting_count = shape_.posting_count;
    header.window_bits = shape_.window_bits;
    sections.checksums = {};
    std::vector<std::uint32_t> checksums;
    for (const auto part : bytes_of(sections)) append_checksums(part, checksums);
    sections.checksums = checksums;
    const auto parts = bytes_of(sections);
    std::transform(parts.begin(), parts.end(), header.section_bytes.begin(), [](auto part) { return part.size(); });
    header.checksums_crc = crc32(std::as_bytes(sections.checksums));
    header.file_bytes = section_offsets(header.section_bytes).back();
    header.crc = crc32(before_crc(header));

    write_all(descriptor, std::as_bytes(std::span(&header, 1)));
    constexpr std::array<std::byte, section_alignment> zeros{};
    for (const auto part : parts) {
        write_all(descriptor, part);
        const std::size_t over = part.size() % section_alignment;
        if (over != 0) write_all(descriptor, std::span(zeros).first(section_alignment - over));
    }
    require_unchanged();
}

InvertedIndex InvertedIndex::load(MappedFile file) {
    const FileHeader header = read_header(file.bytes());
    InvertedIndex index;
    index.shape_ = {header.document_count, header.column_count, header.term_count,
                    header.posting_count,  header.window_bits,  (header.flags & negative_flag) != 0};
    check_header(header, index.shape_, header.section_bytes);
    index.sections_ = sections_in(file.bytes(), header.section_bytes);
    index.checksums_ = Checksums(file.bytes(), header.section_bytes, header.checksums_crc);
    index.checked_ = std::make_unique<std::atomic<bool>[]>(index.sections_.lists.size());
    index.mapped_ = std::move(file);
    index.require_unchanged();
    return index;
}

void InvertedIndex::verify() const {
    if (checksums_.needed()) std::ignore = read_header(mapped_.bytes());
    checksums_.check_all();
    if (std::adjacent_find(sections_.columns.begin(), sections_.columns.end(), std::greater_equal<>()) !=
        sections_.columns.end()) {
        corrupt("its columns do not ascend");
    }
    std::vector<PostingList> lists;
    std::uint64_t postings = 0;
    for (std::size_t term = 0; term < shape_.term_count; ++term) {
        heed_interruption();
        lists.clear();
        append_lists_of_term(term, lists);
        for (const PostingList& list : lists) {
            for_each_posting(list, shape_, sections_.coded_impacts.data(), [&](std::uint32_t, float) { ++postings; });
        }
    }
    if (postings != shape_.posting_count) {
        corrupt("it must have " + std::to_string(shape_.posting_count) + " postings, got " + std::to_string(postings));
    }
    require_unchanged();
}

}  // namespace sprat

// Inverted index: "here is a term; which documents hold it, and how much does it weigh in each?"
//
// The collection transposed: for each term one or two posting lists, its (document, impact) pairs by ascending
// document. Whether an impact came from BM25 or from a neural encoder is not known here; it is the float32 that was
// given, to the last bit (-0.0 is taken as 0.0).
//
// All arrays lie in one block of bytes, the same in memory as in a file (sections.hpp), so that loading is mapping.
// What is asked for in a mapped file is first compared with its checksums, and a list is checked; behind that, it is
// trusted.
//
// Immutable once built: any number of threads may read it without locks.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/csr.hpp"
#include "core/mapped_file.hpp"
#include "core/types.hpp"
#include "index/checksums.hpp"
#include "index/posting_list.hpp"
#include "index/sections.hpp"
#include "index/shape.hpp"

namespace sprat {

class InvertedIndex {
  public:
    // Transposes `documents` (row = document, column = term). With `columns`, column i of the matrix stands for
    // columns[i], ascending; without, for itself. Columns range over [0, column_count).
    // Beside the index, memory of 8 bytes per stored weight is used. The result does not depend on `threads`.
    // Windows are of 2^window_bits documents, 6 to 15; 0 leaves the choice to the index.
    // Throws Error{InvalidArgument} if there are more documents or terms than the format can number.
    [[nodiscard]] static InvertedIndex build(const CsrView& documents, std::span<const std::int64_t> columns,
                                             std::uint64_t column_count, Threads threads,
                                             std::uint32_t window_bits = 0);

    // What write() wrote; docs/formats.md gives every byte. Reads the header only.
    // Throws Error{Corrupt, UnsupportedVersion}.
    [[nodiscard]] static InvertedIndex load(MappedFile file);

    // Writes a file of this index; bit i of `removed` says that document i is gone. Throws std::system_error, and
    // Error{Corrupt} if the file that this was loaded from is damaged.
    void write(int descriptor, std::span<const std::uint64_t> removed) const;

    // Throws Error{Corrupt} if the file that this was loaded from is no longer what it was (mapped_file.hpp). search(),
    // merge(), write() and verify() ask before they give an answer.
    void require_unchanged() const { mapped_.require_unchanged(); }

    // Reads everything and throws Error{Corrupt} if a checksum is wrong or a posting list breaks an invariant.
    void verify() const;

    // Appends the posting lists of a column to `lists`, if there are any. Throws Error{Corrupt} if they are damaged.
    void append_lists(std::int64_t column, std::vector<PostingList>& lists) const;
    // The same by position among the terms that are stored, below shape().term_count.
    void append_lists_of_term(std::size_t term, std::vector<PostingList>& lists) const;

    [[nodiscard]] const Shape& shape() const noexcept { return shape_; }
    [[nodiscard]] const Sections& sections() const noexcept { return sections_; }
    // These throw Error{Corrupt} if what they return is damaged.
    [[nodiscard]] const float* coded_impacts() const;
    [[nodiscard]] std::span<const std::uint64_t> removed() const;
    [[nodiscard]] std::int64_t column_of(std::size_t term) const;  // that the term stands for

  private:
    friend class IndexBuilder;
    InvertedIndex() = default;

    [[nodiscard]] PostingList windowed(std::size_t number) const;
    [[nodiscard]] PostingList wide(std::size_t at) const;

    Shape shape_;
    Sections sections_;
    std::unique_ptr<std::byte[]> built_;  // one of these two holds the sections
    MappedFile mapped_;
    Checksums checksums_;
    mutable std::unique_ptr<std::atomic<bool>[]> checked_;  // by list; none if the index was built here
};

}  // namespace sprat

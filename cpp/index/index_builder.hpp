// Index builder: "in which layout is each list shortest, and where does it go?"
//
// Three passes over the transposed matrix: measure each term's lists, lay the sections out, write the lists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/types.hpp"
#include "index/impact_codes.hpp"
#include "index/inverted_index.hpp"
#include "index/transpose.hpp"

namespace sprat {

class IndexBuilder {
  public:
    // The arguments must outlive the builder.
    IndexBuilder(const Transposed& postings, const ImpactCodes& codes, const Shape& shape, Threads threads);

    // Throws Error{InvalidArgument} if the format cannot number so many lists.
    [[nodiscard]] InvertedIndex build(std::span<const std::int64_t> columns);

  private:
    // What a term's impacts that have codes need, or those that have none.
    struct Part {
        std::uint32_t postings = 0;
        std::uint32_t fillers = 0;  // in layout Gaps
        std::uint32_t last = 0;     // the document before, while measuring
    };
    struct Parts {
        Part coded, raw;
    };

    [[nodiscard]] std::size_t term_count() const noexcept { return static_cast<std::size_t>(shape_.term_count); }
    [[nodiscard]] bool is_wide(std::uint64_t postings) const noexcept;
    [[nodiscard]] Parts measure(std::size_t term) const;
    void place(const Parts& parts, std::uint32_t& slot);
    void place_list(const Part& part, bool coded);
    [[nodiscard]] std::uint64_t place_wide(std::uint32_t postings, bool coded);
    void write(std::size_t term, std::uint32_t slot, std::byte* block) const;
    void write_windowed(std::span<const Posting> postings, const ListHeader& header, std::byte* block) const;
    void write_wide(std::span<const Posting> postings, std::uint64_t at, bool coded, bool all, std::byte* block) const;

    const Transposed& postings_;
    const ImpactCodes& codes_;
    Shape shape_;
    Threads threads_;

    std::vector<std::uint32_t> slots_;
    std::vector<ListHeader> lists_;
    std::uint64_t documents_bytes_ = 0, code_count_ = 0, impact_count_ = 0, row_count_ = 0;
    std::uint64_t wide_count_ = 1;  // words; the first is a list without postings
    SectionOffsets offsets_{};
};

}  // namespace sprat

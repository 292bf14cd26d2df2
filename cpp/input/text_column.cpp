#include "input/text_column.hpp"

#include <cstring>

#include "core/error.hpp"

namespace sprat {
namespace {

// One element of string_view: up to twelve bytes stand in it, of a longer text a number of a buffer and a place there.
struct View {
    std::int32_t size;
    char prefix[4];
    std::int32_t buffer;
    std::int32_t offset;
};
static_assert(sizeof(View) == 16);
constexpr std::int32_t inline_size = 12;

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorCode::InvalidArgument, what); }

}  // namespace

TextColumn::TextColumn(std::string bytes, std::vector<std::int64_t> offsets)
    : bytes_(std::move(bytes)),
      own_offsets_(std::move(offsets)),
      foreign_(false),
      layout_(Layout::Offsets64),
      size_(own_offsets_.size() - 1),
      places_(own_offsets_.data()) {}

TextColumn::TextColumn(const ArrowSchema& schema, Owned<ArrowArray> array)
    : array_(std::move(array)), foreign_(true), size_(0), places_(nullptr) {
    const std::string_view format = schema.format;
    if (schema.dictionary != nullptr || (format != "u" && format != "U" && format != "vu")) {
        refuse("an Arrow column of texts must be of type string, large_string or string_view, got format '" +
               std::string(format) + (schema.dictionary != nullptr ? "' of a dictionary" : "'"));
    }
    layout_ = format == "u" ? Layout::Offsets32 : format == "U" ? Layout::Offsets64 : Layout::Views;
    if (!array_) return;
    if (array_->length < 0 || array_->offset < 0 || array_->n_buffers < (layout_ == Layout::Views ? 2 : 3)) {
        refuse("an Arrow array must have a length and buffers");
    }
    size_ = static_cast<std::size_t>(array_->length);
    first_ = static_cast<std::size_t>(array_->offset);
    if (array_->null_count != 0) validity_ = static_cast<const std::uint8_t*>(array_->buffers[0]);
    places_ = array_->buffers[1];
    if (layout_ == Layout::Views) {
        view_data_ = array_->buffers + 2;
    } else {
        data_ = static_cast<const char*>(array_->buffers[2]);
    }
    if (size_ != 0) check_offsets();
}

void TextColumn::check_offsets() const {
    const auto ascending = [&](const auto* offsets) {
        bool fine = offsets[first_] >= 0;
        for (std::size_t i = first_; i < first_ + size_; ++i) fine &= offsets[i] <= offsets[i + 1];
        return fine;
    };
    bool fine = true;
    if (places_ == nullptr) {
        fine = false;
    } else if (layout_ == Layout::Offsets32) {
        fine = ascending(static_cast<const std::int32_t*>(places_));
    } else if (layout_ == Layout::Offsets64) {
        fine = ascending(static_cast<const std::int64_t*>(places_));
    } else {
        const std::int64_t buffers = array_->n_buffers - 3;  // the last holds the others' sizes
        const auto* const sizes = static_cast<const std::int64_t*>(array_->buffers[array_->n_buffers - 1]);
        for (std::size_t i = 0; i < size_; ++i) {
            const View& view = static_cast<const View*>(places_)[first_ + i];
            if (is_null(i) || (view.size >= 0 && view.size <= inline_size)) continue;
            fine &= view.size > 0 && view.buffer >= 0 && view.buffer < buffers && view.offset >= 0 &&
                    std::int64_t{view.offset} + view.size <= sizes[view.buffer];
            if (!fine) break;
        }
    }
    if (!fine) refuse("the offsets of an Arrow array must ascend and lie inside its buffers");
}

bool TextColumn::is_null(std::size_t i) const noexcept {
    const std::size_t at = first_ + i;
    return validity_ != nullptr && ((static_cast<unsigned>(validity_[at >> 3U]) >> (at & 7U)) & 1U) == 0;
}

std::string_view TextColumn::operator[](std::size_t i) const noexcept {
    const std::size_t at = first_ + i;
    const char* const bytes = foreign_ ? data_ : bytes_.data();  // a short string's bytes move with it
    const auto between = [&](const auto* offsets) {
        return std::string_view(bytes + offsets[at], static_cast<std::size_t>(offsets[at + 1] - offsets[at]));
    };
    switch (layout_) {
        case Layout::Offsets32:
            return between(static_cast<const std::int32_t*>(places_));
        case Layout::Offsets64:
            return between(static_cast<const std::int64_t*>(places_));
        default:
            break;
    }
    const View& view = static_cast<const View*>(places_)[at];
    const char* const data =
        view.size <= inline_size ? view.prefix : static_cast<const char*>(view_data_[view.buffer]) + view.offset;
    return {data, static_cast<std::size_t>(view.size)};
}

std::optional<std::size_t> utf8_fault(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
    const auto continues = [&](std::size_t i, unsigned low, unsigned high) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint64_t eight = 0;
        while (at + sizeof eight <= text.size()) {
            std::memcpy(&eight, text.data() + at, sizeof eight);
            if ((eight & 0x8080808080808080U) != 0) break;
            at += sizeof eight;
        }
        if (at == text.size()) break;
        const unsigned lead = byte(at);
        if (lead < 0x80) {
            ++at;
        } else if (lead >= 0xC2 && lead <= 0xDF && continues(at + 1, 0x80, 0xBF)) {
            at += 2;
        } else if (lead >= 0xE0 && lead <= 0xEF &&
                   continues(at + 1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) &&
                   continues(at + 2, 0x80, 0xBF)) {
            at += 3;
        } else if (lead >= 0xF0 && lead <= 0xF4 &&
                   continues(at + 1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) &&
                   continues(at + 2, 0x80, 0xBF) && continues(at + 3, 0x80, 0xBF)) {
            at += 4;
        } else {
            return at;
        }
    }
    return std::nullopt;
}

}  // namespace sprat

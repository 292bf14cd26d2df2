#include "bindings/document_block.hpp"

#include <algorithm>
#include <utility>

#include "bindings/border.hpp"
#include "core/error.hpp"

namespace sprat::bindings {
namespace {

constexpr std::size_t texts_at_a_time = 256;

}  // namespace

void DocumentBlock::clear() {
    size_bytes_ = 0;
    kept_.clear();
    views_.clear();
    ends_.clear();
}

void DocumentBlock::refuse(const std::string& where, const char* allowed, const char* found) const {
    throw py::type_error("texts[" + std::to_string(position_) + "]" + where + " must be " + allowed + ", got " + found);
}

void DocumentBlock::add(py::object document) {
    if (!given_ && py::isinstance<TextColumn>(document)) {
        texts_ = document.cast<const TextColumn*>();
        next_text_ = 0;
        column_ = std::move(document);
        return;
    }
    if (given_) {
        add_tokens(std::move(document));
    } else {
        if (!PyUnicode_Check(document.ptr())) refuse("", "str", Py_TYPE(document.ptr())->tp_name);
        add_text(view_of(document.ptr()));
        kept_.push_back(std::move(document));
    }
}

void DocumentBlock::add_text(const TextView& text) {
    views_.push_back(text);
    size_bytes_ += text.size_bytes() + 64;
    ++position_;
}

void DocumentBlock::add_tokens(py::object tokens) {
    if (!PyList_Check(tokens.ptr()) && !PyTuple_Check(tokens.ptr())) {
        refuse("", "a list of str", Py_TYPE(tokens.ptr())->tp_name);
    }
    tokens = py::tuple(tokens);  // nobody takes a token out of this
    std::size_t number = 0;
    for (const py::handle token : tokens) {
        if (!PyUnicode_Check(token.ptr())) {
            refuse("[" + std::to_string(number) + "]", "str", Py_TYPE(token.ptr())->tp_name);
        }
        views_.push_back(view_of(token.ptr()));
        size_bytes_ += views_.back().size_bytes();
        ++number;
    }
    ends_.push_back(views_.size());
    size_bytes_ += 64;
    ++position_;
    kept_.push_back(std::move(tokens));
}

bool DocumentBlock::add_rest() {
    if (texts_ == nullptr) return false;
    if (next_text_ == texts_->size()) {
        column_ = py::object();
        texts_ = nullptr;
        return false;
    }
    const std::size_t end = std::min(texts_->size(), next_text_ + texts_at_a_time);
    for (; next_text_ < end; ++next_text_) {
        if (texts_->is_foreign() && texts_->is_null(next_text_)) refuse("", "str", "None");
        const std::string_view text = (*texts_)[next_text_];
        if (texts_->is_foreign()) {
            if (const auto fault = utf8_fault(text)) {
                throw Error(ErrorCode::InvalidArgument, "texts[" + std::to_string(position_) +
                                                            "] must be UTF-8, got byte " +
                                                            std::to_string(static_cast<unsigned char>(text[*fault])) +
                                                            " at position " + std::to_string(*fault));
            }
        }
        add_text({text.data(), text.size(), Width::Utf8});
    }
    if (kept_.empty() || !kept_.back().is(column_)) kept_.push_back(column_);
    return true;
}

}  // namespace sprat::bindings

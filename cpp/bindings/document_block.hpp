// Document block: "which documents does the core look at next?"
//
// Their Python objects are kept alive, so that the core can read them without the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <string>
#include <vector>

#include "input/text_column.hpp"
#include "text/text_view.hpp"
#include "vocab/document_encoder.hpp"

namespace sprat::bindings {

namespace py = pybind11;

// Documents in hand: texts, or lists of tokens if `given`. Errors name the position of what is neither.
class DocumentBlock {
  public:
    explicit DocumentBlock(bool given) : given_(given) {}

    void clear();
    // A text, a list of tokens, or a TextColumn, of which the texts are added by `add_rest`.
    void add(py::object document);
    // Adds some texts of the column in hand; false if none is left. Stays so over `clear`.
    bool add_rest();
    [[nodiscard]] std::size_t size_bytes() const noexcept { return size_bytes_; }
    [[nodiscard]] Documents documents() const noexcept { return {views_, ends_}; }

  private:
    void add_text(const TextView& text);
    void add_tokens(py::object tokens);
    [[noreturn]] void refuse(const std::string& where, const char* allowed, const char* found) const;

    bool given_;
    std::size_t position_ = 0;  // of the next document, among all
    std::size_t size_bytes_ = 0;
    std::vector<py::object> kept_;
    std::vector<TextView> views_;
    std::vector<std::size_t> ends_;

    py::object column_;
    const TextColumn* texts_ = nullptr;  // of column_
    std::size_t next_text_ = 0;
};

}  // namespace sprat::bindings

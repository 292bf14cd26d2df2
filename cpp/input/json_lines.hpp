// JSON lines: "which texts do these lines hold?"
//
// Takes the common case only: lines that are objects with the wanted fields. It stops at the first line that it does
// not take, and the caller reads that one as it likes; so what is not JSON is nobody's business here, but what is
// taken is exactly what Python's json.loads finds in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/text_column.hpp"

namespace sprat {

struct JsonFields {
    std::string text;
    std::optional<std::string> title;  // put before the text, with a space between, where it is a string
    std::vector<std::string> ids;      // the first of them that an object has is its id; empty: ids are not wanted
    bool id_required = false;          // else a document without an id gets its line number
};

struct JsonTexts {
    TextColumn texts;
    TextColumn ids;            // of each text, a whole number in its digits; empty if not wanted
    std::size_t size_bytes;    // of the lines taken, blank ones included
    std::uint64_t line_count;  // so many of them
};

// The documents at the start of `lines`, of which the first is number `first_line`. What stands behind the last line
// feed is a line too, if `last`.
[[nodiscard]] JsonTexts read_json_lines(std::string_view lines, const JsonFields& fields, std::uint64_t first_line,
                                        bool last);

}  // namespace sprat

#include "input/json_lines.hpp"

#include "core/error.hpp"
#include "targets.hpp"

namespace sprat::fuzz {

void json_lines(Bytes bytes) {
    Reader reader(bytes);
    const auto kind = reader.take<std::uint8_t>();
    const std::string_view lines = characters(reader.rest());
    JsonFields fields{"text", std::nullopt, {}, (kind & 1U) != 0};
    if ((kind & 2U) != 0) fields.title = "title";
    if ((kind & 4U) != 0) fields.ids = {"_id", "id"};
    const JsonTexts found = read_json_lines(lines, fields, 1, (kind & 8U) != 0);

    require(found.size_bytes <= lines.size(), "more was taken than there is");
    require(found.line_count >= found.texts.size(), "more texts than lines");
    require(fields.ids.empty() || found.ids.size() == found.texts.size(), "not as many ids as texts");
    for (std::size_t i = 0; i < found.texts.size(); ++i) {
        require(!utf8_fault(found.texts[i]) || found.texts[i].find('\xED') != std::string_view::npos,
                "a text that is neither UTF-8 nor holds a surrogate");
    }
    // What was taken is taken again, alone.
    const JsonTexts again = read_json_lines(lines.substr(0, found.size_bytes), fields, 1, true);
    require(again.texts.size() == found.texts.size(), "texts depend on what follows them");
    for (std::size_t i = 0; i < found.texts.size(); ++i) {
        require(again.texts[i] == found.texts[i], "a text depends on what follows it");
    }
}

}  // namespace sprat::fuzz

#include "text/surfaces.hpp"

namespace sprat::surfaces {
namespace {

consteval std::array<std::uint8_t, 256> make_byte_classes() noexcept {
    std::array<std::uint8_t, 256> table{};
    table.fill(Other);
    for (unsigned c = '0'; c <= '9'; ++c) table[c] = Plain;
    for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = Plain;
    for (const char c : std::string_view("-_/+=~|\\^")) table[static_cast<unsigned char>(c)] = Plain;
    for (unsigned c = '\t'; c <= '\r'; ++c) table[c] = Blank;
    table[' '] = Blank;
    for (unsigned c = 0x80; c < 0x100; ++c) table[c] = Plain;
    for (const unsigned lead : {0xC2U, 0xE2U}) table[lead] = SpaceLead | Other;  // « » “ ” ‘ ’ „ and the dashes
    for (const unsigned lead : {0xE1U, 0xE3U}) table[lead] = SpaceLead | Plain;
    return table;
}

// The rules for the end of a sentence look through these: ])}>"'»”’ .
std::size_t closer_before(std::string_view text, std::size_t end) noexcept {
    constexpr std::string_view ascii = "])}>\"'";
    if (ascii.find(text[end - 1]) != std::string_view::npos) return 1;
    const std::string_view head = text.substr(0, end);
    for (const std::string_view closer : {"\u00BB", "\u201D", "\u2019"}) {
        if (head.ends_with(closer)) return closer.size();
    }
    return 0;
}

std::size_t space_before(std::string_view text, std::size_t end) noexcept {
    const auto decoded = utf8::decode_before(text, end);
    return unicode::has(decoded.code_point, unicode::RegexSpace) ? decoded.length : 0;
}

// Start of the piece that ends at `end`; `all_closers` tells whether it is nothing but closing marks.
std::size_t piece_begin(std::string_view text, std::size_t end, bool& all_closers) noexcept {
    all_closers = true;
    std::size_t begin = end;
    while (begin > 0 && space_before(text, begin) == 0) {
        const std::size_t closer = all_closers ? closer_before(text, begin) : 0;
        all_closers = all_closers && closer != 0;
        begin -= closer != 0 ? closer : utf8::decode_before(text, begin).length;
    }
    return begin;
}

Edge edge_before(std::string_view sentence, std::size_t begin) noexcept {
    if (begin == 0) return Edge::Sentence;
    return sentence[begin - 1] == ' ' ? Edge::Space : Edge::OtherSpace;
}

Edge edge_after(std::string_view sentence, std::size_t end) noexcept {
    if (end == sentence.size()) return Edge::Sentence;
    return sentence[end] == ' ' ? Edge::Space : Edge::OtherSpace;
}

}  // namespace

constinit const std::array<std::uint8_t, 256> byte_classes = make_byte_classes();

std::size_t tail_begin(std::string_view sentence) noexcept {
    if (sentence.empty()) return 0;
    const char last = sentence.back();
    const bool stop = last == '.' || last == ':' || last == ',';
    if (!stop && closer_before(sentence, sentence.size()) == 0) return sentence.size();
    if (stands_apart(last, true)) {  // after plain characters: for_each_surface() splits that itself
        std::size_t i = sentence.size() - 1;
        while (i > 0 && is_plain(byte_classes[static_cast<unsigned char>(sentence[i - 1])])) --i;
        const bool whole = i == 0 || byte_classes[static_cast<unsigned char>(sentence[i - 1])] == Blank;
        if (whole && i + 1 < sentence.size()) return sentence.size();
    }
    bool all_closers = true;
    std::size_t begin = piece_begin(sentence, sentence.size(), all_closers);
    while (all_closers && begin > 0) {
        std::size_t end = begin;
        while (end > 0 && space_before(sentence, end) != 0) end -= space_before(sentence, end);
        if (end == 0) break;
        begin = piece_begin(sentence, end, all_closers);
    }
    return begin;
}

Surface with_edges(std::string_view sentence, std::size_t begin, std::size_t end) noexcept {
    Surface surface{sentence.substr(begin, end - begin)};
    const char first = surface.text.front();
    if (first == '"' || first == '\'') surface.before = edge_before(sentence, begin);
    if (surface.text.back() == '\'') surface.after = edge_after(sentence, end);
    return surface;
}

}  // namespace sprat::surfaces

#include "input/json_lines.hpp"

#include <cstring>

#include "text/utf8.hpp"

namespace sprat {
namespace {

constexpr int deepest = 64;  // brackets in brackets; Python's json takes more

enum class Kind : std::uint8_t { Missing, Null, String, Integer, Other };

struct Value {
    Kind kind = Kind::Missing;
    std::string_view raw;  // a string without its quotes, still escaped; a number as it stands
    bool escaped = false;
};

// Walks over one line. Every function is false where it meets what is not JSON, or not taken.
class Line {
  public:
    explicit Line(std::string_view text) : text_(text) {}

    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
    }
    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] bool take(char c) {
        if (at_end() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    [[nodiscard]] bool string(Value& value) {
        if (!take('"')) return false;
        const std::size_t begin = at_;
        value.escaped = false;
        for (;; ++at_) {
            skip_plain();
            if (at_end() || static_cast<unsigned char>(text_[at_]) < 0x20) return false;
            if (text_[at_] == '"') break;
            if (text_[at_] == '\\') {
                value.escaped = true;
                if (++at_ == text_.size()) return false;
            }
        }
        value.kind = Kind::String;
        value.raw = text_.substr(begin, at_ - begin);
        ++at_;
        return true;
    }

    [[nodiscard]] bool value(Value& value, int depth) {
        if (at_end()) return false;
        value = Value{};  // of several values of one name the last counts
        switch (text_[at_]) {
            case '"':
                return string(value) && (!value.escaped || escapes_are_good(value.raw));
            case '{':
                value.kind = Kind::Other;
                return depth < deepest && object(depth + 1, [](const Value&) -> Value* { return nullptr; });
            case '[':
                value.kind = Kind::Other;
                return depth < deepest && array(depth + 1);
            case 'n':
                value.kind = Kind::Null;
                return word("null");
            case 't':
                value.kind = Kind::Other;
                return word("true");
            case 'f':
                value.kind = Kind::Other;
                return word("false");
            default:
                return number(value);
        }
    }

    // `wanted(name)` is where the value of that name belongs, or null.
    template <class Wanted>
    [[nodiscard]] bool object(int depth, const Wanted& wanted) {
        if (!take('{')) return false;
        skip_space();
        if (take('}')) return true;
        for (;;) {
            Value name;
            Value unwanted;
            if (!string(name) || (name.escaped && !escapes_are_good(name.raw))) return false;
            skip_space();
            if (!take(':')) return false;
            skip_space();
            Value* const place = wanted(name);
            if (!value(place != nullptr ? *place : unwanted, depth)) return false;
            skip_space();
            if (take('}')) return true;
            if (!take(',')) return false;
            skip_space();
        }
    }

  private:
    [[nodiscard]] bool array(int depth) {
        ++at_;
        skip_space();
        if (take(']')) return true;
        for (;;) {
            Value unwanted;
            if (!value(unwanted, depth)) return false;
            skip_space();
            if (take(']')) return true;
            if (!take(',')) return false;
            skip_space();
        }
    }

    [[nodiscard]] bool word(std::string_view expected) {
        if (text_.substr(at_, expected.size()) != expected) return false;
        at_ += expected.size();
        return true;
    }

    [[nodiscard]] bool digits() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
        return at_ > begin;
    }

    [[nodiscard]] bool number(Value& value) {
        const std::size_t begin = at_;
        value.kind = Kind::Integer;
        (void)take('-');
        if (!take('0') && !digits()) return false;
        if (take('.')) {
            value.kind = Kind::Other;
            if (!digits()) return false;
        }
        if (take('e') || take('E')) {
            value.kind = Kind::Other;
            if (!take('+')) (void)take('-');
            if (!digits()) return false;
        }
        value.raw = text_.substr(begin, at_ - begin);
        // json.loads refuses an int of more digits than sys.get_int_max_str_digits(), at least 640.
        return value.raw.size() <= 640 && value.raw != "-0";
    }

    // To the next quotation mark, backslash or control character, eight bytes at a time.
    void skip_plain() {
        constexpr std::uint64_t ones = 0x0101010101010101U;
        const auto has_zero = [](std::uint64_t v) { return (v - ones) & ~v & (ones << 7U); };
        std::uint64_t eight = 0;
        while (at_ + sizeof eight <= text_.size()) {
            std::memcpy(&eight, text_.data() + at_, sizeof eight);
            const std::uint64_t control = (eight - ones * 0x20U) & ~eight & (ones << 7U);
            if ((has_zero(eight ^ (ones * '"')) | has_zero(eight ^ (ones * '\\')) | control) != 0) break;
            at_ += sizeof eight;
        }
        while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
               static_cast<unsigned char>(text_[at_]) >= 0x20) {
            ++at_;
        }
    }

    [[nodiscard]] static bool escapes_are_good(std::string_view raw);

    std::string_view text_;
    std::size_t at_ = 0;
};

// The code unit of four hexadecimal digits; none if they are something else.
std::optional<char32_t> code_unit(std::string_view digits) {
    if (digits.size() < 4) return std::nullopt;
    char32_t unit = 0;
    for (const char c : digits.substr(0, 4)) {
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return std::nullopt;
        unit = unit * 16 + static_cast<char32_t>(digit);
    }
    return unit;
}

// Appends what a string without its quotes says. False if an escape is not one of JSON's.
bool unescape(std::string_view raw, std::string& out) {
    constexpr std::string_view codes = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    for (;;) {
        const std::size_t backslash = raw.find('\\');
        out.append(raw.substr(0, backslash));
        if (backslash == std::string_view::npos) return true;
        raw.remove_prefix(backslash + 1);
        const char code = raw.empty() ? '\0' : raw[0];
        if (code != 'u') {
            const std::size_t known = codes.find(code);
            if (known == std::string_view::npos) return false;
            out.push_back(meanings[known]);
            raw.remove_prefix(1);
            continue;
        }
        auto unit = code_unit(raw.substr(1));
        if (!unit) return false;
        raw.remove_prefix(5);
        if (*unit >= 0xD800 && *unit < 0xDC00 && raw.starts_with("\\u")) {
            const auto low = code_unit(raw.substr(2));
            if (low && *low >= 0xDC00 && *low < 0xE000) {
                unit = 0x10000 + ((*unit - 0xD800) << 10U) + (*low - 0xDC00);
                raw.remove_prefix(6);
            }
        }
        utf8::append(out, *unit);
    }
}

bool Line::escapes_are_good(std::string_view raw) {
    std::string unescaped;
    return unescape(raw, unescaped);
}

void append(const Value& value, std::string& out) {
    if (value.escaped) {
        (void)unescape(value.raw, out);
    } else {
        out.append(value.raw);
    }
}

// Puts together what is taken.
class Taker {
  public:
    explicit Taker(const JsonFields& fields) : fields_(&fields), ids_of_(fields.ids.size()) {}

    [[nodiscard]] bool take(Line& line, std::uint64_t number) {
        Value text;
        Value title;
        ids_of_.assign(ids_of_.size(), Value{});
        const auto wanted = [&](const Value& name) -> Value* {
            const std::string_view key = name.escaped ? unescaped(name.raw) : name.raw;
            if (key == fields_->text) return &text;
            if (fields_->title && key == *fields_->title) return &title;
            for (std::size_t i = 0; i < ids_of_.size(); ++i) {
                if (key == fields_->ids[i]) return &ids_of_[i];
            }
            return nullptr;
        };
        if (!line.object(1, wanted)) return false;
        line.skip_space();
        if (!line.at_end() || text.kind != Kind::String) return false;
        if (title.kind != Kind::Missing && title.kind != Kind::Null && title.kind != Kind::String) return false;
        if (!fields_->ids.empty() && !append_id(number)) return false;
        if (title.kind == Kind::String) {
            append(title, texts_);
            texts_.push_back(' ');
        }
        append(text, texts_);
        text_offsets_.push_back(static_cast<std::int64_t>(texts_.size()));
        return true;
    }

    [[nodiscard]] JsonTexts finish(std::size_t size_bytes, std::uint64_t line_count) && {
        return {TextColumn(std::move(texts_), std::move(text_offsets_)),
                TextColumn(std::move(ids_), std::move(id_offsets_)), size_bytes, line_count};
    }

  private:
    [[nodiscard]] std::string_view unescaped(std::string_view raw) {
        name_.clear();
        (void)unescape(raw, name_);
        return name_;
    }

    [[nodiscard]] bool append_id(std::uint64_t number) {
        const Value* found = nullptr;
        for (const Value& id : ids_of_) {
            if (id.kind != Kind::Missing) {
                found = &id;
                break;
            }
        }
        if (found == nullptr) {
            if (fields_->id_required) return false;
            ids_.append(std::to_string(number));
        } else if (found->kind == Kind::String || found->kind == Kind::Integer) {
            append(*found, ids_);
        } else {
            return false;
        }
        id_offsets_.push_back(static_cast<std::int64_t>(ids_.size()));
        return true;
    }

    const JsonFields* fields_;
    std::vector<Value> ids_of_;
    std::string texts_, ids_, name_;
    std::vector<std::int64_t> text_offsets_{0}, id_offsets_{0};
};

}  // namespace

JsonTexts read_json_lines(std::string_view lines, const JsonFields& fields, std::uint64_t first_line, bool last) {
    Taker taker(fields);
    std::size_t at = 0;
    std::uint64_t number = first_line;
    for (; at < lines.size(); ++number) {
        const std::size_t feed = lines.find('\n', at);
        if (feed == std::string_view::npos && !last) break;
        const std::size_t end = feed == std::string_view::npos ? lines.size() : feed;
        const std::string_view text = lines.substr(at, end - at);
        Line line(text);
        line.skip_space();
        if (!line.at_end() && (utf8_fault(text) || !taker.take(line, number))) break;
        at = end == lines.size() ? end : end + 1;
    }
    return std::move(taker).finish(at, number - first_line);
}

}  // namespace sprat

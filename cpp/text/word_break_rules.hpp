// Word break rules: "how far does the segment that starts here reach?"
//
// WB3 to WB999 of Unicode's text segmentation (https://www.unicode.org/reports/tr29/), for any reading of the
// characters: `record_of` tells the WordBreakRecord of a code point. Segment by segment a text is cut in linear time:
// a character is looked at twice at most, behind punctuation that turns out not to join two letters or digits.
#pragma once

#include <cstddef>
#include <string_view>

#include "text/utf8.hpp"
#include "text/word_break.hpp"

namespace sprat {
namespace word_break {

template <class RecordOf>
class SegmentReader {
  public:
    SegmentReader(std::string_view text, std::size_t at, RecordOf record_of)
        : text_(text), record_of_(record_of), segment_{at} {}

    [[nodiscard]] WordSegment read() {
        const Character first = next(segment_);
        take(first, first.word_break());
        while (segment_.end < text_.size()) {
            const Character c = next(segment_);
            if (!follows(c) && !bridges(c)) break;
        }
        return segment_;
    }

  private:
    struct Character {
        WordBreakRecord record;
        std::size_t length;
        [[nodiscard]] WordBreak word_break() const noexcept { return record.word_break(); }
        [[nodiscard]] bool in(std::uint32_t set) const noexcept { return (classes(word_break()) & set) != 0; }
    };

    [[nodiscard]] Character next(const WordSegment& before) const {
        const auto decoded = utf8::decode(text_, before.end);
        return {record_of_(decoded.code_point), decoded.length};
    }
    void take(const Character& c, WordBreak last) {
        segment_.add(c.record, c.length);
        last_ = last;
        after_joiner_ = c.word_break() == WordBreak::Zwj;
    }

    // Takes `c` if what stands before joins it.
    bool follows(const Character& c) {
        WordBreak last = c.word_break();
        if (c.in(followers[static_cast<std::size_t>(last_)])) {
            if (last == WordBreak::RegionalIndicator) last = WordBreak::Other;  // a flag has two
        } else if (c.in(ignored_classes) && (classes(last_) & newline_classes) == 0) {
            last = last_ == WordBreak::WSegSpace ? WordBreak::Other : last_;
        } else if (!after_joiner_ || !c.record.has(ExtendedPictographic)) {  // WB3c
            return false;
        }
        take(c, last);
        return true;
    }

    // Takes `mark` and the letter or digit behind it, if it joins that.
    bool bridges(const Character& mark) {
        const auto wanted = joined_by(last_, mark.word_break());
        WordSegment bridge = segment_;
        bridge.add(mark.record, mark.length);
        while (wanted != 0 && bridge.end < text_.size()) {
            const Character c = next(bridge);
            if (c.in(wanted)) {
                segment_ = bridge;
                take(c, c.word_break());
                return true;
            }
            if (!c.in(ignored_classes)) break;
            bridge.add(c.record, c.length);
        }
        if (last_ != WordBreak::HebrewLetter || mark.word_break() != WordBreak::SingleQuote) return false;
        take(mark, WordBreak::SingleQuote);  // WB7a
        return true;
    }

    std::string_view text_;
    RecordOf record_of_;
    WordSegment segment_;
    WordBreak last_ = WordBreak::Other;  // of the last character that is not ignored (WB4)
    bool after_joiner_ = false;          // the last character of all is a zero width joiner
};

}  // namespace word_break

// The segment that starts at `at`. REQUIRES: at < text.size(), and a segment starts there.
template <class RecordOf>
[[nodiscard]] WordSegment read_segment(std::string_view text, std::size_t at, RecordOf record_of) {
    return word_break::SegmentReader<RecordOf>(text, at, record_of).read();
}

}  // namespace sprat

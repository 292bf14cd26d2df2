// Endings: "which of these endings does the word have?" The longest counts.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string_view>

namespace sprat::snowball {

template <class Rule>
struct Ending {
    std::u32string_view letters;
    Rule rule{};

    [[nodiscard]] constexpr std::size_t size() const { return letters.size(); }
};

// `Count` endings, each of which ends in a letter below U+0100. In the lists of NLTK, of which the first that ends
// the word counts, longer ones come before those that end them; so the longest counts.
template <class Rule, std::size_t Count>
    requires(Count < 256)
class Endings {
  public:
    struct Group {
        Rule rule;
        std::u32string_view endings;  // with spaces between them
    };

    consteval Endings(std::initializer_list<Group> groups) {
        std::size_t filled = 0;
        for (const auto& group : groups) {
            for (auto rest = group.endings; !rest.empty();) {
                const std::size_t size = std::min(rest.find(U' '), rest.size());
                sorted_.at(filled++) = {rest.substr(0, size), group.rule};
                rest.remove_prefix(std::min(size + 1, rest.size()));
            }
        }
        if (filled != Count) throw std::logic_error("Count is not the number of endings");
        std::sort(sorted_.begin(), sorted_.end(), [](const auto& a, const auto& b) {
            if (a.letters.back() != b.letters.back()) return a.letters.back() < b.letters.back();
            return a.size() != b.size() ? a.size() > b.size() : a.letters < b.letters;
        });
        for (const auto& ending : sorted_) ++from_.at(ending.letters.back() + 1);
        for (std::size_t letter = 1; letter < from_.size(); ++letter) {
            from_[letter] = static_cast<std::uint8_t>(from_[letter] + from_[letter - 1]);
        }
    }

    // The longest that ends `text`; nullptr if none does.
    [[nodiscard]] const Ending<Rule>* find(std::u32string_view text) const {
        if (text.empty() || text.back() >= 256) return nullptr;
        const auto* const end = sorted_.data() + from_[text.back() + 1];
        for (const auto* ending = sorted_.data() + from_[text.back()]; ending != end; ++ending) {
            if (text.ends_with(ending->letters)) return ending;
        }
        return nullptr;
    }

  private:
    std::array<Ending<Rule>, Count> sorted_{};  // by last letter, then the longest first
    std::array<std::uint8_t, 257> from_{};      // from_[c] .. from_[c + 1] end in c
};

}  // namespace sprat::snowball

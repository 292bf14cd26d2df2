#include "index/impact_codes.hpp"

#include <algorithm>
#include <vector>

namespace sprat {

ImpactCodes ImpactCodes::choose(std::span<const float> impacts) {
    constexpr std::size_t sample_size = std::size_t{1} << 18U;
    ImpactCodes codes;
    codes.impacts_.fill(std::bit_cast<float>(filler_bits));
    if (impacts.empty()) return codes;

    const std::size_t step = (impacts.size() + sample_size - 1) / sample_size;
    std::vector<std::uint32_t> sample;
    sample.reserve(impacts.size() / step + 1);
    for (std::size_t i = 0; i < impacts.size(); i += step) {
        sample.push_back(std::bit_cast<std::uint32_t>(impacts[i] + 0.0F));
    }
    std::sort(sample.begin(), sample.end());

    struct Common {
        std::size_t count;
        std::uint32_t bits;
    };
    std::vector<Common> distinct;
    for (const std::uint32_t bits : sample) {
        if (distinct.empty() || distinct.back().bits != bits) distinct.push_back({0, bits});
        ++distinct.back().count;
    }
    const auto most = distinct.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(255, distinct.size()));
    std::partial_sort(distinct.begin(), most, distinct.end(), [](const Common& a, const Common& b) {
        return a.count != b.count ? a.count > b.count : a.bits < b.bits;
    });
    std::size_t covered = 0;
    for (auto common = distinct.begin(); common != most; ++common) covered += common->count;
    if (covered * 2 < sample.size()) return codes;

    std::int32_t code = 0;
    for (auto common = distinct.begin(); common != most; ++common) codes.add(common->bits, code++);
    return codes;
}

void ImpactCodes::add(std::uint32_t bits, std::int32_t code) noexcept {
    std::size_t slot = first_slot(bits);
    while (slots_[slot].code >= 0) slot = (slot + 1) % slots_.size();
    slots_[slot] = {bits, code};
    impacts_[static_cast<std::size_t>(code)] = std::bit_cast<float>(bits);
    any_ = true;
}

}  // namespace sprat

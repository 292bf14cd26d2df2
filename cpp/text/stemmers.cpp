#include "text/stemmers.hpp"

#include <array>

#include "text/porter.hpp"
#include "text/snowball.hpp"
#include "text/snowball_3.hpp"
#include "text/snowball_english.hpp"

namespace sprat {
namespace {

constexpr std::array<NamedStemmer, 10> all{{
    {"english", snowball::stem_english},
    {"french", snowball::stem_french},
    {"german", snowball::stem_german},
    {"italian", snowball::stem_italian},
    {"porter", stem_porter},
    {"portuguese", snowball::stem_portuguese},
    {"russian", snowball::stem_russian},
    {"snowball-3 english", snowball_3::stem_english},
    {"snowball-3 german", snowball_3::stem_german},
    {"spanish", snowball::stem_spanish},
}};

}  // namespace

std::span<const NamedStemmer> stemmers() noexcept { return all; }

}  // namespace sprat

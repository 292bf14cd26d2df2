#ifdef _WIN32
#include <io.h>

#include <cstdio>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/error.hpp"
#include "index/checksums.hpp"
#include "index/crc32.hpp"
#include "index/merge.hpp"
#include "search/search.hpp"
#include "targets.hpp"

namespace sprat::fuzz {
namespace {

// A file without a name, in memory where the system can.
class File {
  public:
    explicit File(Bytes content) { write_all(descriptor(), std::as_bytes(content)); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

#ifdef _WIN32
    ~File() { std::fclose(file_); }
    [[nodiscard]] int descriptor() const { return static_cast<int>(_get_osfhandle(_fileno(file_))); }

  private:
    std::FILE* file_ = std::tmpfile();
#else
    ~File() { close(descriptor_); }
    [[nodiscard]] int descriptor() const { return descriptor_; }

  private:
    int descriptor_ = memfd_create("fuzz", 0);
#endif
};

// Where docs/formats.md has them.
constexpr std::size_t checksums_crc_at = 60;
constexpr std::size_t sizes_at = 64;
constexpr std::size_t crc_at = 508;

template <class T>
void put(std::vector<std::uint8_t>& file, std::size_t at, T value) {
    std::memcpy(file.data() + at, &value, sizeof value);
}

// Makes checksums that fit what is there, as a program would that knows the format but means harm.
void seal(std::vector<std::uint8_t>& file) {
    if (file.size() < header_bytes) return;
    SectionSizes sizes{};
    std::memcpy(sizes.data(), file.data() + sizes_at, sizeof sizes);
    const bool fits = std::all_of(sizes.begin(), sizes.end(), [&](auto size) { return size <= file.size(); }) &&
                      section_offsets(sizes).back() <= file.size();
    if (fits) {
        const SectionOffsets offsets = section_offsets(sizes);
        std::vector<std::uint32_t> checksums;
        for (std::size_t i = 0; i + 1 < section_count; ++i) {
            append_checksums(std::as_bytes(std::span(file)).subspan(offsets[i], sizes[i]), checksums);
        }
        if (checksums.empty()) checksums.push_back(0);
        const std::size_t bytes = std::min<std::size_t>(sizes.back(), checksums.size() * sizeof(std::uint32_t));
        std::memcpy(file.data() + offsets[section_count - 1], checksums.data(), bytes);
        const auto written = std::as_bytes(std::span(file)).subspan(offsets[section_count - 1], sizes.back());
        put(file, checksums_crc_at, crc32(written));
    }
    put(file, crc_at, crc32(std::as_bytes(std::span(file)).first(crc_at)));
}

template <class Work>
void allow_damage(Work&& work) {
    try {
        work();
    } catch (const Error& error) {
        require(error.code() != ErrorCode::EmptyCorpus, error.what());
    }
}

void ask(const InvertedIndex& index, float weight) {
    const auto columns = static_cast<std::int64_t>(std::min<std::uint64_t>(index.shape().column_count, 40));
    std::vector<std::int64_t> asked(static_cast<std::size_t>(columns));
    std::iota(asked.begin(), asked.end(), std::int64_t{0});
    const std::vector<float> weights(asked.size(), weight);
    const std::vector<std::int64_t> indptr{0, columns};
    const Segment segments[] = {{&index, 0}};
    const auto queries = Queries::checked(indptr, asked, weights, index.shape().column_count);
    for (const simd::Kernels* kernels : simd::runnable()) {
        (void)search(segments, queries, 10, {}, Threads{1}, *kernels);
    }
}

}  // namespace

void index_file(Bytes bytes) {
    Reader reader(bytes);
    const bool sealed = reader.take<std::uint8_t>() % 2 != 0;
    std::vector<std::uint8_t> content(reader.rest().begin(), reader.rest().end());
    if (sealed) seal(content);
    const File file(content);
    allow_damage([&] {
        const InvertedIndex index = InvertedIndex::load(MappedFile::of(file.descriptor()));
        if (index.shape().document_count > 1'000'000) return;  // of which memory is needed for each, and rightly so
        allow_damage([&] { ask(index, 1); });
        allow_damage([&] { ask(index, -1); });
        allow_damage([&] { (void)index.removed(); });
        allow_damage([&] {
            const InvertedIndex* const parts[] = {&index};
            ask(merge(parts, {}, 0, Threads{1}), 1);
        });
        allow_damage([&] { index.verify(); });
        allow_damage([&] { index.write(File({}).descriptor(), {}); });
    });
}

}  // namespace sprat::fuzz

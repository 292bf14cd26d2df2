#include <algorithm>
#include <bit>
#include <vector>

#include "core/error.hpp"
#include "index/merge.hpp"
#include "search/exhaustive.hpp"
#include "search/search.hpp"
#include "targets.hpp"

namespace sprat::fuzz {
namespace {

struct Matrix {
    std::vector<std::int64_t> indptr{0};
    std::vector<std::int32_t> indices;
    std::vector<float> data;
    std::int32_t columns = 0;

    [[nodiscard]] CsrView checked() const { return CsrView::checked(indptr, indices, data, columns); }
};

// Mostly a matrix; a byte of 255 stands for something that is none.
Matrix take_matrix(Reader& reader, std::int32_t columns, std::size_t rows) {
    Matrix matrix;
    matrix.columns = columns;
    for (std::size_t row = 0; row < rows; ++row) {
        std::int32_t column = -1;
        for (std::size_t left = reader.take<std::uint8_t>() % 8; left != 0; --left) {
            const auto step = reader.take<std::uint8_t>();
            column = step == 255 ? column : column + 1 + step % 4;
            if (step != 255 && column >= columns) break;
            matrix.indices.push_back(column);
            const auto weight = reader.take<std::uint8_t>();
            matrix.data.push_back(weight == 255 ? std::bit_cast<float>(reader.take<std::uint32_t>())
                                                : static_cast<float>(static_cast<std::int8_t>(weight)) / 4);
        }
        matrix.indptr.push_back(static_cast<std::int64_t>(matrix.indices.size()));
    }
    if (reader.take<std::uint8_t>() == 255) matrix.indptr.back() = reader.take<std::int64_t>();
    return matrix;
}

void require_same(const TopK& found, const TopK& right) {
    require(found.documents == right.documents, "documents differ from those of an exhaustive search");
    require(
        std::equal(found.scores.begin(), found.scores.end(), right.scores.begin(), right.scores.end(),
                   [](float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }),
        "scores differ from those of an exhaustive search");
}

}  // namespace

void csr(Bytes bytes) {
    Reader reader(bytes);
    const std::int32_t columns = 1 + reader.take<std::uint8_t>() % 32;
    const std::size_t rows = reader.take<std::uint16_t>() % 400;
    const std::uint32_t window_bits = 6 + reader.take<std::uint8_t>() % 10;
    const std::size_t k = 1 + reader.take<std::uint8_t>() % 40;
    const Matrix queries = take_matrix(reader, columns, 3);
    const Matrix documents = take_matrix(reader, columns, rows);
    try {
        const CsrView matrix = documents.checked();
        const CsrView asked = queries.checked();
        const auto width = static_cast<std::uint64_t>(columns);
        const InvertedIndex index = InvertedIndex::build(matrix, {}, width, Threads{1}, window_bits);
        index.verify();
        const std::vector<std::int64_t> asked_columns(asked.indices.begin(), asked.indices.end());
        const Queries prepared = Queries::checked(asked.indptr, asked_columns, asked.data, width);
        const TopK right = search_exhaustive(matrix, asked, k, Threads{1});
        const InvertedIndex* const parts[] = {&index};
        const InvertedIndex merged = merge(parts, {}, 0, Threads{1});
        for (const simd::Kernels* kernels : simd::runnable()) {
            const Segment segments[] = {{&index, 0}};
            require_same(search(segments, prepared, k, {}, Threads{1}, *kernels), right);
            const Segment again[] = {{&merged, 0}};
            require_same(search(again, prepared, k, {}, Threads{1}, *kernels), right);
        }
    } catch (const Error& error) {
        require(error.code() == ErrorCode::InvalidArgument, error.what());
    }
}

}  // namespace sprat::fuzz

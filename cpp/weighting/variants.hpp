// Variants of BM25: "what is one occurrence of a term worth, and what is the term worth?"
//
// Each variant is two pure functions, tf for a term in a document and idf for a term in the collection, in the
// papers' letters: tf term frequency, df document frequency, dl document length, N documents. Source of the common
// form: S. E. Robertson et al., "Okapi at TREC-3", 1994. The names are those of C. Kamphuis et al., "Which BM25 Do You
// Mean?", ECIR 2020, which bm25s uses too; A. Trotman et al., "Improvements to BM25 and Language Models Examined", ADCS
// 2014, compares them.
//
// A tf part is 0 where tf is 0, so that a document's vector is sparse. The parts of BM25L and BM25+ are not, as
// rank_bm25 and bm25s add them up: those are moved down by what they are at 0, which absent() gives.
#pragma once

#include <algorithm>
#include <cmath>

namespace sprat {

struct Bm25Parameters {
    double k1;
    double b;
    double delta;  // of BM25L, BM25+ and TF_l-delta-p
    double average_document_length;

    // How much longer than the average a document counts as; 1 for one of average length.
    [[nodiscard]] double pivot(double dl) const { return 1 - b + b * dl / average_document_length; }
};

// rank_bm25's BM25Okapi, which pymilvus.model follows to the last bit. Negative where a term is in more than half of
// the documents; okapi_idf() in bm25.hpp lifts it.
struct Okapi {
    static double tf(double tf, double pivot, const Bm25Parameters& p) { return tf * (p.k1 + 1) / (tf + p.k1 * pivot); }
    static double idf(double df, double N) { return std::log(N - df + 0.5) - std::log(df + 0.5); }
};

// Apache Lucene's BM25Similarity, since version 8: no (k1 + 1), and an idf that is never negative. Lengths are
// exact here; Lucene keeps eight bits of them.
struct Lucene {
    static double tf(double tf, double pivot, const Bm25Parameters& p) { return tf / (tf + p.k1 * pivot); }
    static double idf(double df, double N) { return std::log(1 + (N - df + 0.5) / (df + 0.5)); }
};

// Robertson et al., without (k1 + 1); a negative idf is 0, as in bm25s.
struct Robertson : Lucene {
    static double idf(double df, double N) { return std::log(std::max((N - df + 0.5) / (df + 0.5), 1.0)); }
};

// A. Trotman, X. Jia, M. Crane, "Towards an Efficient and Effective Search Engine", OSIR 2012. Never negative.
struct Atire : Okapi {
    static double idf(double df, double N) { return df == 0 ? 0 : std::log(N / df); }
};

// Y. Lv, C. Zhai, "When Documents Are Very Long, BM25 Fails!", SIGIR 2011. Never negative.
struct Bm25L {
    static double present(double c, const Bm25Parameters& p) {
        return (p.k1 + 1) * (c + p.delta) / (p.k1 + c + p.delta);
    }
    static double absent(const Bm25Parameters& p) { return p.delta == 0 ? 0 : present(0, p); }
    static double tf(double tf, double pivot, const Bm25Parameters& p) { return present(tf / pivot, p) - absent(p); }
    static double idf(double df, double N) { return std::log((N + 1) / (df + 0.5)); }
};

// Y. Lv, C. Zhai, "Lower-Bounding Term Frequency Normalization", CIKM 2011: Okapi's tf part plus delta. Never negative.
struct Bm25Plus : Okapi {
    static double absent(const Bm25Parameters& p) { return p.delta; }
    static double idf(double df, double N) { return df == 0 ? 0 : std::log((N + 1) / df); }
};

// F. Rousseau, M. Vazirgiannis, "Composition of TF Normalizations", SIGIR 2013: TF l-delta-p. Theirs is a sum over the
// terms a document holds, so it is 0 at 0. Where the logarithms go below 0 or are none (a delta under 0.54 in very long
// documents), it is 0.
struct TfLdp : Bm25Plus {
    static double tf(double tf, double pivot, const Bm25Parameters& p) {
        return std::max(0.0, 1 + std::log(1 + std::log(tf / pivot + p.delta)));
    }
};

}  // namespace sprat

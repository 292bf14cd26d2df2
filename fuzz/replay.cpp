// Runs a target on files: replay <target> <file>...
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "targets.hpp"

int main(int count, char** arguments) {
    using namespace sprat::fuzz;
    const std::pair<std::string_view, void (*)(Bytes)> targets[] = {
        {"csr", csr}, {"index_file", index_file}, {"json_lines", json_lines}, {"text", text}};
    const std::string_view wanted = count > 1 ? arguments[1] : "";
    for (const auto& [name, run] : targets) {
        if (name != wanted) continue;
        for (int i = 2; i < count; ++i) {
            std::ifstream file(arguments[i], std::ios::binary);
            require(file.good(), arguments[i]);
            const std::vector<char> content{std::istreambuf_iterator<char>(file), {}};
            std::printf("%s\n", arguments[i]);
            std::fflush(stdout);
            run({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
        }
        return 0;
    }
    require(false, "replay <target> <file>...");
}

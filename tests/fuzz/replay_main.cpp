// Runs a fuzz target without a fuzzer: every file of the folder named on the command line, then
// mutations of them, always the same ones. So each compiler and each test run checks what the
// fuzzer once found. Prints the input that crashed.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr int mutations = 20000;
constexpr auto time_limit = std::chrono::milliseconds(1500);

Input current;  // what runs now, for the report of a crash

void report(int signal) {
    std::fprintf(stderr, "signal %d on an input of %zu bytes:\n", signal, current.size());
    for (const auto byte : current) std::fprintf(stderr, "%02x", byte);
    std::fprintf(stderr, "\n");
    std::_Exit(1);
}

void run(const Input& input) {
    current = input;
    LLVMFuzzerTestOneInput(current.data(), current.size());
}

class Mutator {
public:
    explicit Mutator(const std::vector<Input>& corpus) : m_corpus(corpus) {}

    Input next() {
        Input out = m_corpus[below(m_corpus.size())];
        const std::size_t steps = 1 + below(4);
        for (std::size_t i = 0; i < steps; ++i) step(out);
        return out;
    }

private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : m_random() % limit; }
    std::uint8_t byte() {
        static constexpr std::uint8_t interesting[] = {0x00, 0x01, 0x7f, 0x80,
                                                       0xfc, 0xfd, 0xfe, 0xff};
        return below(2) == 0 ? interesting[below(std::size(interesting))]
                             : static_cast<std::uint8_t>(m_random());
    }

    void step(Input& out) {
        const std::size_t at = below(out.size() + 1);
        const auto here = out.begin() + static_cast<std::ptrdiff_t>(at);
        switch (below(6)) {
            case 0:  // one bit
                if (at < out.size()) out[at] = static_cast<std::uint8_t>(out[at] ^ 1U << below(8));
                break;
            case 1:  // one byte
                if (at < out.size()) out[at] = byte();
                break;
            case 2:  // cut off the end
                out.resize(at);
                break;
            case 3:  // insert
                out.insert(here, 1 + below(8), byte());
                break;
            case 4: {  // remove
                const std::size_t count = std::min(1 + below(16), out.size() - at);
                out.erase(here, here + static_cast<std::ptrdiff_t>(count));
                break;
            }
            default: {  // go on as another input does
                const Input& other = m_corpus[below(m_corpus.size())];
                const std::size_t from = below(other.size() + 1);
                out.resize(at);
                out.insert(out.end(), other.begin() + static_cast<std::ptrdiff_t>(from),
                           other.end());
                break;
            }
        }
    }

    const std::vector<Input>& m_corpus;
    std::mt19937_64 m_random{20260801};
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
        std::fprintf(stderr, "usage: %s FOLDER of inputs\n", argv[0]);
        return 2;
    }
    for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) std::signal(signal, report);

    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    if (files.empty()) {
        std::fprintf(stderr, "no inputs in %s\n", argv[1]);
        return 2;
    }
    std::sort(files.begin(), files.end());

    std::vector<Input> corpus;
    for (const auto& file : files) {
        std::ifstream stream(file, std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(stream),
                            std::istreambuf_iterator<char>());
    }

    run({});
    for (const auto& input : corpus) run(input);
    const auto end = std::chrono::steady_clock::now() + time_limit;
    Mutator mutator(corpus);
    int done = 0;
    while (done < mutations && std::chrono::steady_clock::now() < end) {
        run(mutator.next());
        ++done;
    }
    std::printf("%zu inputs, %d mutations\n", corpus.size(), done);
    return 0;
}

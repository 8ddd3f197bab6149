// Any bytes as the store's key file and as its sidecar: a typed answer, no key but the one that was
// wrapped, no state that was not signed.
#include "wallet/store/envelope.h"
#include "wallet/store/sidecar.h"

#include <unistd.h>
#include <cstdlib>
#include <fstream>

namespace {

/// A directory of this process, gone when it ends.
class Scratch {
public:
    Scratch()
        : m_path(std::filesystem::temp_directory_path() /
                 ("runnel-fuzz-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(m_path);
    }
    ~Scratch() { std::filesystem::remove_all(m_path); }
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

void put(const std::filesystem::path& path, const std::uint8_t* data, std::size_t size) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace runnel;
    static const Scratch scratch;
    // The wrapped key of corpus/store/envelope is 32 bytes of 7, its passphrase "good".
    put(scratch.path() / "key.1", data, size);
    std::filesystem::remove(scratch.path() / "key.2");
    const auto key = store::Envelope(scratch.path()).open(bytes_of("good"));
    if (key) {
        Secret32 expected;
        expected.reveal().fill(7);
        if (!(*key == expected)) std::abort();
    }
    put(scratch.path() / "sidecar", data, size);
    const auto sidecar = store::Sidecar::open(scratch.path() / "sidecar", Secret32());
    // Nothing else is signed with that key in the corpus.
    const store::SidecarState first{3, 44, store::WalState::present, 0},
        second{4, 50, store::WalState::empty, 44};
    if (sidecar && sidecar->state() && *sidecar->state() != first && *sidecar->state() != second)
        std::abort();
    return 0;
}

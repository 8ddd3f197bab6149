#include "tests/bench/floor.h"

#include "core/crypto/hash.h"
#include "core/crypto/keys.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <numeric>

namespace runnel::bench {

namespace {

using Clock = std::chrono::steady_clock;

double microseconds_of(const std::function<void(int)>& work, int runs) {
    std::vector<double> took;
    took.reserve(static_cast<std::size_t>(runs));
    for (int i = 0; i < runs; ++i) {
        const auto start = Clock::now();
        work(i);
        took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    return percentile(took, 0.5);
}

/// A write-ahead log's commit and nothing else: the bytes of one small turn (two pages and their
/// frame headers) into blocks that exist already, then one fdatasync.
double commit_cost(const std::filesystem::path& directory) {
    const auto path = directory / "floor.bin";
    const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_TRUNC, 0600);
    if (file < 0) return 0;
    constexpr std::size_t turn_bytes = 2 * (4096 + 24);
    constexpr int runs = 400;
    const std::vector<char> bytes(turn_bytes, 'x');
    for (int i = 0; i < runs; ++i)
        (void)!::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(turn_bytes) * i);
    ::fsync(file);
    const double cost = microseconds_of(
        [&](int i) {
            (void)!::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(turn_bytes) * i);
            ::fdatasync(file);
        },
        runs);
    ::close(file);
    std::filesystem::remove(path);
    return cost;
}

}  // namespace

double percentile(std::vector<double> values, double p) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const auto at = static_cast<std::size_t>(p * static_cast<double>(values.size() - 1));
    return values[at];
}

std::vector<FloorItem> measure_floor(const std::filesystem::path& directory) {
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(7);
    const auto key = *crypto::PrivateKey::from(Secret32(bytes));
    const auto point = key.public_key();
    const auto digest = [](int i) { return crypto::sha256(bytes_of(std::to_string(i))); };
    const auto signature = crypto::sign(key, digest(0));
    const auto recoverable = crypto::sign_recoverable(key, digest(0));
    volatile bool sink = false;
    constexpr int runs = 400;
    const double sign =
        microseconds_of([&](int i) { sink = crypto::sign(key, digest(i)).is_zero(); }, runs);
    const double verify =
        microseconds_of([&](int) { sink = crypto::verify(point, digest(0), signature); }, runs);
    const double recover = microseconds_of(
        [&](int) { sink = crypto::recover(recoverable, digest(0)).has_value(); }, runs);
    const double ecdh =
        microseconds_of([&](int) { sink = crypto::ecdh(key, point).reveal()[0] != 0; }, runs);
    const double generate = microseconds_of([&](int) { sink = key.public_key().is_valid(); }, runs);
    const double tweak =
        microseconds_of([&](int i) { sink = point.plus_generator(digest(i)).has_value(); }, runs);
    const double multiply =
        microseconds_of([&](int i) { sink = point.times(digest(i)).has_value(); }, runs);
    (void)sink;
    return {
        {"durable commit (pwrite + fdatasync)", 5, commit_cost(directory)},
        {"invoice signature: recover the payee", 1, recover},
        {"onion: session key to point (payer)", 1, generate},
        {"onion: ECDH (payer builds, payee peels)", 2, ecdh},
        {"commitment signature", 3, sign},
        {"commitment verification", 2, verify},
        {"revealed secret to point", 2, generate},
        {"next per-commitment point", 2, generate},
        {"commitment keys: basepoint + tweak*G", 5 * 3, tweak},
        {"commitment keys: revocation key, two multiplications", 5 * 2, multiply},
    };
}

double total_microseconds(const std::vector<FloorItem>& floor) {
    return std::accumulate(floor.begin(), floor.end(), 0.0, [](double sum, const FloorItem& item) {
        return sum + static_cast<double>(item.times) * item.microseconds;
    });
}

}  // namespace runnel::bench

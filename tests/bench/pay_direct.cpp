// Two durable nodes over loopback TCP, one channel, many payments: how long one takes, how many a
// second go through, and how far that is from what the disk and the curve allow. Real sockets, real
// SQLCipher stores; only the chain is simulated. What counts as paid, and the floor, are defined in
// README.md.
#include "tests/bench/floor.h"
#include "tests/bench/wallets.h"

#include <fmt/format.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

using namespace runnel;
using namespace runnel::bench;

namespace {

using Clock = std::chrono::steady_clock;

struct Outcome {
    std::vector<double> milliseconds;
    double per_second = 0;
};

/// Nothing under way on any channel of this wallet, as its last committed turn left it.
bool at_rest(Wallet& wallet) {
    return wallet.on_thread([&] {
        const auto picture = wallet.engine().snapshot();
        const auto rests = [](const api::ChannelView& channel) { return channel.htlcs.empty(); };
        return wallet.engine().is_idle() &&
               std::all_of(picture->channels.begin(), picture->channels.end(), rests);
    });
}

/// Pays one invoice after another, each on a channel at rest: what the floor describes.
Outcome pay_each(Wallet& payer, Wallet& payee, const std::vector<std::string>& invoices) {
    Outcome out;
    for (const auto& invoice : invoices) {
        while (!at_rest(payer) || !at_rest(payee))
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        const auto begun = Clock::now();
        if (!payer.run(api::Pay{invoice, std::nullopt, std::nullopt, 60}))
            give_up("a payment failed");
        out.milliseconds.push_back(
            std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
    }
    return out;
}

/// Pays every invoice with at most `in_flight` under way; each is timed from the wish (the
/// invoice's text) to the durable preimage.
Outcome pay_all(Wallet& payer, const std::vector<std::string>& invoices, std::size_t in_flight) {
    struct Shared {
        std::mutex mutex;
        std::condition_variable done;
        std::vector<double> took;
        std::size_t next = 0, finished = 0;
        std::string failed;
    };
    auto shared = std::make_shared<Shared>();
    std::function<void()> start_next = [&payer, &invoices, shared, &start_next] {
        std::size_t index = 0;
        {
            const std::lock_guard lock(shared->mutex);
            if (shared->next == invoices.size()) return;
            index = shared->next++;
        }
        const auto begun = Clock::now();
        payer.engine().post(
            payer.next(api::Pay{invoices[index], std::nullopt, std::nullopt, 60}),
            [shared, begun, &start_next](const api::CommandResult& result) {
                const double took =
                    std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
                {
                    const std::lock_guard lock(shared->mutex);
                    shared->took.push_back(took);
                    ++shared->finished;
                    if (!result) shared->failed = std::string(api::to_string(result.error().kind));
                }
                start_next();
                shared->done.notify_one();
            });
    };
    const auto begun = Clock::now();
    for (std::size_t i = 0; i < in_flight; ++i) start_next();
    std::unique_lock lock(shared->mutex);
    shared->done.wait(
        lock, [&] { return shared->finished == invoices.size() || !shared->failed.empty(); });
    if (!shared->failed.empty()) give_up("a payment failed: " + shared->failed);
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    return {shared->took, static_cast<double>(invoices.size()) / seconds};
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t payments = 2000;
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::string(argv[i]) == "--payments")
            payments = static_cast<std::size_t>(std::strtoul(argv[i + 1], nullptr, 10));
    }
    std::string pattern = (std::filesystem::current_path() / "pay_direct.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) give_up("no directory");
    const std::filesystem::path directory = pattern;
    {
        Wallet payer(directory / "payer", 1);
        Wallet payee(directory / "payee", 2);
        Chain chain(payer, payee);
        connect_with_channel(chain, payer, payee);

        const auto floor = bench::measure_floor(directory);
        const double floor_ms = bench::total_microseconds(floor) / 1000;
        fmt::print("floor of one direct payment on this machine\n");
        for (const auto& item : floor)
            fmt::print("  {:<55} {:>3} x {:8.1f} us\n", item.what, item.times, item.microseconds);
        fmt::print("  {:<55} {:>16.3f} ms\n\n", "total", floor_ms);

        struct Row {
            const char* what;
            Msat amount;
            std::size_t
                in_flight;  ///< None: the next one is not begun before the channel is at rest.
            std::size_t count;
        };
        const Row rows[] = {
            {"1 sat, each on a channel at rest", Msat(1000), 0,
             std::max<std::size_t>(payments / 4, 10)},
            {"1 sat, one after another", Msat(1000), 1, std::max<std::size_t>(payments / 4, 10)},
            {"1 sat, 32 in flight", Msat(1000), 32, payments},
            {"1 sat, 400 in flight", Msat(1000), 400, payments * 2},
            {"5,000 sat, 400 in flight", Msat(5'000'000), 400, payments}};
        fmt::print("{:<33} {:>9} {:>9} {:>11} {:>9}\n", "payments", "p50 ms", "p95 ms", "a second",
                   "p50/floor");
        for (const auto& row : rows) {
            const auto invoices = make_invoices(payee, row.count, row.amount);
            const auto outcome = row.in_flight == 0 ? pay_each(payer, payee, invoices)
                                                    : pay_all(payer, invoices, row.in_flight);
            const double p50 = bench::percentile(outcome.milliseconds, 0.5);
            // Payments with a pause between them have no rate.
            const auto rate = outcome.per_second > 0 ? fmt::format("{:.0f}", outcome.per_second)
                                                     : std::string("-");
            fmt::print("{:<33} {:>9.2f} {:>9.2f} {:>11} {:>9.2f}\n", row.what, p50,
                       bench::percentile(outcome.milliseconds, 0.95), rate, p50 / floor_ms);
            std::fflush(stdout);
        }
    }
    std::filesystem::remove_all(directory);
    return 0;
}

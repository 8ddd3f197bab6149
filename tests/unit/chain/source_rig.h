// A BitcoindSource on a loop of its own, and everything it reported. For the unit tests and for
// those over a real bitcoind.
#pragma once

#include "tests/support/chain_log.h"
#include "wallet/chain/bitcoind_source.h"

#include <QString>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace runnel::test {

struct SourceRig : ChainLog {
    using Adjust = std::function<void(chain::BitcoindOptions&)>;

    /// Polls every few milliseconds and loses patience after a second, unless adjusted.
    explicit SourceRig(const std::string& url, const Adjust& adjust = {}) {
        using namespace std::chrono_literals;
        auto parsed = chain::parse_bitcoind_url(url, Network::regtest);
        if (!parsed) qFatal("bad url in a test");
        chain::BitcoindOptions options;
        options.url = std::move(*parsed);
        options.timing = {5ms, 20ms, 10ms, 20ms, 20ms, 50ms, 5ms, 40ms};
        options.limits.answer = 1s;
        options.limits.connect = 1s;
        options.limits.busy_retries = 1;
        if (adjust) adjust(options);
        source = std::make_unique<chain::BitcoindSource>(io, std::move(options));
    }
    ~SourceRig() {
        source->stop();
        io.restart();
        io.run_for(std::chrono::seconds(2));
    }

    void start(chain::StartPoint from = {{}, BlockHeight(1)}) {
        source->start(std::move(from), [this](ports::ChainEvent event) { take(std::move(event)); });
    }
    bool problem(const char* begins) {
        return until([&] {
            return !status.synced && QString::fromStdString(status.problem).startsWith(begins);
        });
    }

    std::unique_ptr<chain::BitcoindSource> source;
};

}  // namespace runnel::test

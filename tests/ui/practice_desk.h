// A person at the window over the real practice network: its processes, its sockets, its disk.
#pragma once

#include "tests/ui/person.h"

#include "app/window/wallet_setup.h"
#include "ui/models/wallet_model.h"
#include "ui/window/preferences.h"
#include "ui/window/shell.h"
#include "ui/window/window.h"
#include "ui/wizards/word_widgets.h"

#include <QTemporaryDir>

namespace runnel::test {

struct PracticeDesk {
    explicit PracticeDesk(const QTemporaryDir& folder)
        : preferences(folder.filePath(QStringLiteral("window.ini"))), setup(optionsFor(folder)) {
        preferences.setLanguage(QStringLiteral("en"));
        preferences.apply();
        window = std::make_unique<ui::Window>(setup, preferences, QStringLiteral("0.1"));
        person = std::make_unique<Person>(*window);
        window->show();
    }
    static app::SetupOptions optionsFor(const QTemporaryDir& folder) {
        app::SetupOptions options;
        options.base = folder.filePath(QStringLiteral("data")).toStdString();
        options.network = Network::practice;
        return options;
    }
    const api::Snapshot& picture() const { return window->wallet()->picture(); }
    bool waitFor(const std::function<bool()>& check, int limit = 60'000) { return QTest::qWaitFor(check, limit); }
    const api::ChannelView* channel() const { return picture().channels.empty() ? nullptr : &picture().channels.front(); }

    /// From nothing to an open wallet that knows its network.
    bool makeWallet() {
        return person->press("forkCreate") && person->type("passphraseFirst", QStringLiteral("a long passphrase")) &&
               person->type("passphraseSecond", QStringLiteral("a long passphrase")) && person->press("passphraseNext") &&
               person->press("wordsWritten") && answerChecks() &&
               waitFor([&] { return picture().chain.synced && window->wallet()->practicePeer("shop") != nullptr; });
    }
    /// Coins of the faucet, and a channel with the shop.
    bool fundAndOpen() {
        return person->press("homeFirstAction") && waitFor([&] { return !picture().balance.onchain.is_zero(); }) &&
               person->press("homeFirstAction") && person->press("openNow") &&
               waitFor([&] { return channel() != nullptr && channel()->usable; });
    }
    bool answerChecks() {
        for (int i = 0; i < ui::WordChecks::questions; ++i) {
            for (auto* const right : window->findChildren<ui::WordOption*>(QStringLiteral("wordRight"))) {
                if (!right->isVisible() || !right->isEnabled()) continue;
                QTest::mouseClick(right, Qt::LeftButton);
                ++person->clicks;
                break;
            }
        }
        return waitFor([this] { return window->shell() != nullptr; });
    }
    ui::Preferences preferences;
    app::WalletSetup setup;
    std::unique_ptr<ui::Window> window;
    std::unique_ptr<Person> person;
};

}  // namespace runnel::test

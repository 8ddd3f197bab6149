// A desk: the real window over the wallets of one folder, put together as `runnel` does it, and the
// person in front of it. For journeys over networks that are really there: the practice network, a
// bitcoind.
#pragma once

#include "tests/support/test_main.h"
#include "tests/ui/person.h"
#include "tests/ui/wallet_steps.h"

#include "app/window/wallet_setup.h"
#include "ui/models/wallet_model.h"
#include "ui/window/preferences.h"
#include "ui/window/shell.h"
#include "ui/window/window.h"

#include <QTemporaryDir>

#include <functional>
#include <memory>

namespace runnel::test {

/// The wallets of a folder that belongs to a test.
inline app::SetupOptions wallets_in(const QTemporaryDir& folder, Network network) {
    app::SetupOptions options;
    options.base = folder.filePath(QStringLiteral("data")).toStdString();
    options.network = network;
    return options;
}

struct Desk {
    explicit Desk(app::SetupOptions options)
        : preferences(QString::fromStdString((options.base / "window.ini").string())),
          setup(std::move(options)) {
        preferences.setLanguage(QStringLiteral("en"));
        preferences.apply();
        window = std::make_unique<ui::Window>(setup, preferences, QStringLiteral("0.1"));
        person = std::make_unique<Person>(*window);
        window->show();
        // Keys go to a window that is active.
        window->activateWindow();
        static_cast<void>(QTest::qWaitForWindowActive(window.get()));
    }

    const api::Snapshot& picture() const { return window->wallet()->picture(); }
    const api::Balance& balance() const { return picture().balance; }
    const api::ChannelView* channel() const {
        return picture().channels.empty() ? nullptr : &picture().channels.front();
    }
    bool waitFor(const std::function<bool()>& check, int limit = 60'000) {
        return QTest::qWaitFor(check, limit);
    }
    bool isOpen() {
        return waitFor([this] { return window->shell() != nullptr; });
    }

    /// From the first step to an open wallet: a passphrase, 24 words, three questions.
    bool createWallet(const QString& passphrase = QStringLiteral("a long passphrase")) {
        return makesTheWallet(*person, *window, passphrase) && isOpen();
    }

    ui::Preferences preferences;
    app::WalletSetup setup;
    std::unique_ptr<ui::Window> window;
    std::unique_ptr<Person> person;
};

}  // namespace runnel::test

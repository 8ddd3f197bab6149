// A person at the window over a World: what the tests of whole journeys and of bad days begin with.
#pragma once

#include "tests/ui/person.h"
#include "tests/ui/world.h"

#include "ui/models/wallet_model.h"
#include "ui/window/preferences.h"
#include "ui/window/shell.h"
#include "ui/window/window.h"

#include <QTemporaryDir>

namespace runnel::test {

struct WorldDesk {
    WorldDesk() : setup(world), preferences(folder.filePath(QStringLiteral("window.ini"))) {
        setup.offered = {{Network::practice, true, false}};
        setup.passphrase = "passphrase";
        preferences.setLanguage(QStringLiteral("en"));
        preferences.apply();
        window = std::make_unique<ui::Window>(setup, preferences, QStringLiteral("0.1"));
        person = std::make_unique<Person>(*window);
        window->show();
    }
    bool unlock() {
        return QTest::qWaitForWindowExposed(window.get()) &&
               person->type("unlockPassphrase", QStringLiteral("passphrase")) &&
               person->press("unlockNow") &&
               QTest::qWaitFor([this] { return window->shell() != nullptr; });
    }
    ui::WalletModel& wallet() { return *window->wallet(); }
    bool waitFor(const std::function<bool()>& check) { return QTest::qWaitFor(check, 15'000); }
    bool fundAndOpen() {
        auto& p = *person;
        return p.press("homeFirstAction") && waitFor([this] {
                   return !wallet().picture().balance.onchain_unconfirmed.is_zero();
               }) &&
               p.press("practiceBlock") &&
               waitFor([this] { return !wallet().picture().balance.onchain.is_zero(); }) &&
               p.press("homeFirstAction") && p.press("openNow") && waitFor([this] {
                   return !wallet().picture().channels.empty() &&
                          wallet().picture().channels.front().state == "awaiting_confirmation";
               }) &&
               waitFor([&p] { return !p.sees("sheetTitle"); }) && p.press("railHome") &&
               p.press("practiceBlock") && p.press("practiceBlock") && p.press("practiceBlock") &&
               waitFor([this] { return wallet().picture().channels.front().usable; });
    }
    QTemporaryDir folder;
    World world;
    WorldSetup setup;
    ui::Preferences preferences;
    std::unique_ptr<ui::Window> window;
    std::unique_ptr<Person> person;
};

}  // namespace runnel::test

// The real window over a Stage, opened with a passphrase: what is built anew (another language,
// another size of text) and what is shown when the wallet ends.
#pragma once

#include "tests/ui/person.h"
#include "tests/ui/pictures_world.h"

#include "ui/models/wallet_model.h"
#include "ui/window/preferences.h"
#include "ui/window/shell.h"
#include "ui/window/window.h"

#include <QTemporaryDir>

namespace runnel::test {

/// There is a wallet, and whatever is typed opens it: the Stage.
class StageWallet final : public StageSetup {
public:
    explicit StageWallet(Stage& stage) : m_stage(stage) {
        offered = {{Network::practice, true, false}};
    }
    void open(api::Opening, api::OnSession done) override {
        done(std::unique_ptr<api::Session>(std::make_unique<Session>(*this)));
    }
    /// As when a commit fails.
    void end(const std::string& cause) {
        if (m_on_end) m_on_end(cause);
    }

private:
    class Session final : public api::Session {
    public:
        explicit Session(StageWallet& wallet) : m_wallet(wallet) {}
        api::NodeApi& node() override { return m_wallet.m_stage; }
        void run(std::function<void()> what) override { what(); }
        api::Practice* practice() override { return &m_wallet.m_stage; }
        void on_end(std::function<void(std::string)> what) override {
            m_wallet.m_on_end = std::move(what);
        }

    private:
        StageWallet& m_wallet;
    };
    Stage& m_stage;
    std::function<void(std::string)> m_on_end;
};

struct StageWindow {
    StageWindow() : wallet(stage), preferences(folder.filePath(QStringLiteral("window.ini"))) {
        preferences.setLanguage(QStringLiteral("en"));
        preferences.apply();
        window = std::make_unique<ui::Window>(wallet, preferences, QStringLiteral("0.1"));
        person = std::make_unique<Person>(*window);
        window->show();
        window->activateWindow();
        static_cast<void>(QTest::qWaitForWindowActive(window.get()));
    }
    ~StageWindow() {
        window.reset();
        preferences.setLanguage(QStringLiteral("en"));
        preferences.setTextSize(100);
    }
    StageWindow(const StageWindow&) = delete;
    StageWindow& operator=(const StageWindow&) = delete;

    bool unlock() {
        return person->type("unlockPassphrase", QStringLiteral("anything")) &&
               person->press("unlockNow") &&
               QTest::qWaitFor([this] { return window->shell() != nullptr; });
    }
    /// What a person reads in the rail, as a sign of the language of what is shown.
    bool isGerman() const {
        const auto* const home = window->findChild<QAbstractButton*>(QStringLiteral("railHome"));
        return home != nullptr && home->text().contains(QStringLiteral("Übersicht"));
    }
    /// Asks for it, and waits for it unless it has to wait itself.
    bool speakGerman() {
        preferences.setLanguage(QStringLiteral("de"));
        return QTest::qWaitFor([this] { return isGerman(); });
    }
    ui::Shell& shell() { return *window->shell(); }

    Stage stage;
    StageWallet wallet;
    QTemporaryDir folder;
    ui::Preferences preferences;
    std::unique_ptr<ui::Window> window;
    std::unique_ptr<Person> person;
};

}  // namespace runnel::test

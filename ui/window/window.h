// Window: the one top-level window. Shows the setup until a wallet is open, then the Shell over it,
// and what there is to say when the wallet ends by itself. Builds what it shows anew when the
// language changes; the wallet goes on.
#pragma once

#include "core/api/setup.h"
#include "ui/models/wallet_model.h"

#include <QWidget>

#include <memory>

namespace runnel::ui {

class Preferences;
class SetupView;
class Shell;
class StateView;

class Window : public QWidget {
    Q_OBJECT
public:
    Window(api::Setup& setup, Preferences& preferences, const QString& version,
           QWidget* parent = nullptr);
    ~Window() override;

    /// Null until a wallet is open.
    Shell* shell() { return m_shell; }
    WalletModel* wallet() { return m_wallet.get(); }
    void openSettings();

signals:
    void walletOpened();

protected:
    /// Once more, where something has to be done by a date.
    void closeEvent(QCloseEvent* event) override;

private:
    SetupView* showSetup();
    void rebuildSetup(const SetupView& shown);
    void showShell();
    void showEnd(const QString& cause);
    /// Ends what is left of the wallet, without waiting for it here, and asks for the passphrase
    /// again.
    void openAgain();
    void opened(std::shared_ptr<api::Session> session);
    void rebuild();
    void put(QWidget* widget);

    api::Setup& m_setup;
    Preferences& m_preferences;
    QString m_version;
    // Taken apart last first: what is shown, the model over the session, the session.
    std::shared_ptr<api::Session> m_session;
    std::unique_ptr<WalletModel> m_wallet;
    QWidget* m_shown = nullptr;
    Shell* m_shell = nullptr;
    bool m_ended = false;
    bool m_leaves = false;  ///< Whatever is on its way.
};

/// While what is left of such a wallet is being closed.
StateView* makeEndingView();

/// What there is to say once a wallet has ended by itself, with two ways on.
StateView* makeEndView(const QString& cause);

}  // namespace runnel::ui

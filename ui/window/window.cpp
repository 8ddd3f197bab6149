#include "ui/window/window.h"

#include "ui/format/figures.h"
#include "ui/format/overview.h"
#include "ui/format/text.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/notes.h"
#include "ui/window/leave_sheet.h"
#include "ui/window/preferences.h"
#include "ui/window/settings_dialog.h"
#include "ui/window/shell.h"
#include "ui/wizards/setup_view.h"

#include <QApplication>
#include <QCloseEvent>
#include <QPointer>
#include <QScreen>
#include <QStyle>
#include <QThreadPool>
#include <QTimer>
#include <QVBoxLayout>

namespace runnel::ui {

Window::Window(api::Setup& setup, Preferences& preferences, const QString& version, QWidget* parent)
    : QWidget(parent), m_setup(setup), m_preferences(preferences), m_version(version) {
    setObjectName(QStringLiteral("window"));
    setWindowIcon(icon(QStringLiteral("runnel"), Ink::accent));
    setMinimumSize(360, 480);
    // The first pages fit without scrolling, where the screen has that much beside a title bar.
    const QSize frame(0, style()->pixelMetric(QStyle::PM_TitleBarHeight));
    resize(QSize(1080, 800).boundedTo(screen()->availableGeometry().size() - frame));
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    connect(&preferences, &Preferences::languageChanged, this, &Window::rebuild);
    showSetup();
}

Window::~Window() {
    delete m_shown;
    m_wallet.reset();
}

void Window::put(QWidget* widget) {
    delete m_shown;
    m_shown = widget;
    layout()->addWidget(widget);
    widget->show();
}

SetupView* Window::showSetup() {
    setWindowTitle(QStringLiteral("Runnel"));
    auto* const view = new SetupView(m_setup);
    connect(view, &SetupView::wantsSettings, this, &Window::openSettings);
    connect(view, &SetupView::opened, this, &Window::opened, Qt::QueuedConnection);
    put(view);
    // It was given away before there was a window around it.
    if (auto* const first = view->firstFocus()) first->setFocus(Qt::OtherFocusReason);
    return view;
}

void Window::opened(std::shared_ptr<api::Session> session) {
    m_session = std::move(session);
    m_session->on_end([self = QPointer<QObject>(this), this](std::string cause) {
        hopTo(self, [this, cause = std::move(cause)] { showEnd(qs(cause)); });
    });
    auto* const raw = m_session.get();
    m_wallet = std::make_unique<WalletModel>(
        raw->node(), [raw](std::function<void()> what) { raw->run(std::move(what)); },
        raw->practice());
    showShell();
    m_shell->takeFocus();
    emit walletOpened();
}

void Window::showShell() {
    setWindowTitle(tr("Runnel, %1").arg(networkName(m_wallet->picture().network)));
    auto* const shell = new Shell(*m_wallet);
    connect(shell, &Shell::wantsSettings, this, &Window::openSettings);
    put(shell);
    m_shell = shell;
}

void Window::showEnd(const QString& cause) {
    m_ended = true;
    m_shell = nullptr;
    for (auto* const sheet : findChildren<LeaveSheet*>()) sheet->reject();
    auto* const view = makeEndView(cause);
    // Later: what was clicked goes away.
    connect(view->action(), &Button::clicked, this, &Window::openAgain, Qt::QueuedConnection);
    connect(view->secondAction(), &Button::clicked, this, &QWidget::close);
    put(view);
    // What had the keyboard is gone, and nobody has asked for this.
    view->action()->setFocus(Qt::OtherFocusReason);
    alert(view);
}

StateView* makeEndView(const QString& cause) {
    auto* const view = new StateView("ended");
    view->set(QStringLiteral("attention"), Window::tr("Runnel has stopped this wallet"),
              Window::tr("The disk did not take a change. Nothing that depends on it was done, and "
                         "nothing is lost. See whether the disk is full, "
                         "make space on it, then open the wallet again. The technical cause: %1")
                  .arg(tamed(cause.toStdString())));
    view->offer(Window::tr("&Open the wallet again"), Window::tr("&Close the window"));
    return view;
}

StateView* makeEndingView() {
    auto* const view = new StateView("ending");
    view->set(QStringLiteral("busy"), Window::tr("One moment"),
              Window::tr("The wallet's files are being closed."));
    return view;
}

void Window::rebuildSetup(const SetupView& shown) {
    const auto place = shown.place();
    const auto* const focus = shown.focusWidget();
    const auto name = focus == nullptr ? QString() : focus->objectName();
    auto* const view = showSetup();
    view->resume(place);
    auto* const again = name.isEmpty() ? nullptr : view->findChild<QWidget*>(name);
    if (again != nullptr && again->isVisible()) again->setFocus(Qt::OtherFocusReason);
}

void Window::openAgain() {
    put(makeEndingView());
    m_wallet.reset();
    QThreadPool::globalInstance()->start([session = std::exchange(m_session, nullptr),
                                          self = QPointer<QObject>(this), this]() mutable {
        session.reset();
        hopTo(self, [this] {
            m_ended = false;
            showSetup();
        });
    });
}

void Window::openSettings() {
    auto* const dialog = new SettingsDialog(m_preferences, m_version, this);
    const auto log = m_wallet ? qs(m_setup.log_file(m_wallet->picture().network)) : QString();
    if (!log.isEmpty()) dialog->showLog(log);
    dialog->present();
}

void Window::closeEvent(QCloseEvent* event) {
    // Whoever shuts the computer down is not held up.
    const auto until = m_wallet && !m_ended && !m_leaves && !qApp->isSavingSession()
                           ? mustBeOnlineBy(m_wallet->picture())
                           : std::nullopt;
    if (!until) return QWidget::closeEvent(event);
    event->ignore();
    if (findChild<LeaveSheet*>() != nullptr) return;
    auto* const sheet = new LeaveSheet(m_wallet->picture().chain, *until, m_wallet->now(), this);
    // Later: the sheet goes first.
    connect(
        sheet, &QDialog::accepted, this,
        [this] {
            m_leaves = true;
            close();
        },
        Qt::QueuedConnection);
    sheet->present();
}

void Window::rebuild() {
    // Later: the change comes out of a dialog over what is to be built anew.
    QTimer::singleShot(0, this, [this] {
        if (m_ended) return;
        // Whoever waits for a payment's result gets it first, and whoever chooses something in a
        // dialog, or writes words down, comes to its end.
        const auto* const setup = qobject_cast<SetupView*>(m_shown);
        if ((setup != nullptr && !setup->canBeRebuilt()) ||
            (m_shell != nullptr && !m_shell->canBeRebuilt())) {
            QTimer::singleShot(500, this, &Window::rebuild);
            return;
        }
        if (setup != nullptr) return rebuildSetup(*setup);
        if (!m_wallet) return;
        m_wallet->reword();
        const auto place = m_shell == nullptr ? Shell::Place{} : m_shell->place();
        showShell();
        m_shell->resume(place);
        m_shell->takeFocus(place.focus);
    });
}

}  // namespace runnel::ui
